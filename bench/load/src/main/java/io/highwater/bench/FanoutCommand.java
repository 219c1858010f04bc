package io.highwater.bench;

import io.highwater.bench.client.Carrier;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench fanout}. */
@Command(
        name = "fanout",
        description =
                "One publisher, many members of a room at /v1/chat/bench or of a channel: processor"
                        + " time a delivery, latency.",
        mixinStandardHelpOptions = true)
final class FanoutCommand implements Callable<Integer> {
    private static final int MAX_RATE = 100_000;
    private static final int MAX_IN_FLIGHT = 64;

    @Mixin private final BenchOptions options = new BenchOptions();

    @Option(
            names = "--connections",
            defaultValue = "1000",
            description = "Members, the publisher among them (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--bytes",
            defaultValue = "128",
            description =
                    "Payload that each member gets (default: ${DEFAULT-VALUE}); a channel's message"
                            + " has 150 at least.")
    private int bytes;

    @Option(
            names = "--rate",
            defaultValue = "50",
            description = "Messages a second in the first window (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--in-flight",
            defaultValue = "4",
            description = "Messages under way in the last window (default: ${DEFAULT-VALUE}).")
    private int inFlight;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "Length of each of the three windows (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "12",
            description = "Seconds of load before them (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--channels",
            description = "Channel sessions at /v1/ws instead of the chat endpoint.")
    private boolean channels;

    @Option(
            names = "--deflate",
            description =
                    "Clients offer permessage-deflate; what the server makes of it is set by"
                            + " --server-opts -Dhighwater.deflate.mode=MODE.")
    private boolean deflate;

    @Option(
            names = "--relayed",
            description =
                    "The server of --server-command passes a message on as it came; publish to it"
                            + " what the members are to get.")
    private boolean relayed;

    @Override
    public Integer call() {
        return options.run(
                () ->
                        new FanoutWorkload(
                                BenchOptions.TICKER,
                                Carrier.HTTP1,
                                Sizes.connections(connections),
                                Sizes.bytes(
                                        bytes,
                                        channels
                                                ? ChannelMessage.minBytes()
                                                : ChatMessage.minBytes()),
                                deflate,
                                Sizes.inRange("--rate", rate, 1, MAX_RATE),
                                Sizes.inRange("--in-flight", inFlight, 1, MAX_IN_FLIGHT),
                                Sizes.seconds("--warm-up", warmUp),
                                Sizes.seconds("--seconds", seconds),
                                relayed),
                channels ? Contestant.CHANNEL : Contestant.ENDPOINT,
                HeapSize.WORK);
    }
}
