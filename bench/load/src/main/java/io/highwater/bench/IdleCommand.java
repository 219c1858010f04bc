package io.highwater.bench;

import io.highwater.bench.client.Carrier;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench idle}. */
@Command(
        name = "idle",
        description = {
            "Memory of a connection at /v1/echo that has echoed its messages, or of a channel session"
                    + " with one subscription.",
            "Resident memory moves by tens of megabytes of its own: ask for 15000 connections or"
                    + " more where that figure matters."
        },
        mixinStandardHelpOptions = true)
final class IdleCommand implements Callable<Integer> {
    private static final int MAX_MESSAGES = 10_000;

    @Mixin private final BenchOptions options = new BenchOptions();

    @Option(
            names = "--connections",
            defaultValue = "5000",
            description = "Connections (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--bytes",
            defaultValue = "64",
            description = "Payload of each message (default: ${DEFAULT-VALUE}).")
    private int bytes;

    @Option(
            names = "--messages",
            defaultValue = "1",
            description = "Messages that each has echoed (default: ${DEFAULT-VALUE}).")
    private int messages;

    @Option(
            names = "--deflate",
            description =
                    "Clients offer permessage-deflate; what the server makes of it is set by"
                            + " --server-opts -Dhighwater.deflate.mode=MODE.")
    private boolean deflate;

    @Option(
            names = "--channels",
            description =
                    "Channel sessions at /v1/ws, all subscribed to one channel; they say nothing else.")
    private boolean channels;

    @Option(
            names = "--warm-up",
            defaultValue = "4",
            description = "Seconds of load before the first figure (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Override
    public Integer call() {
        return options.run(
                () ->
                        new IdleWorkload(
                                BenchOptions.TICKER,
                                Carrier.HTTP1,
                                Sizes.connections(connections),
                                new Conversation(
                                        Sizes.inRange("--messages", messages, 1, MAX_MESSAGES),
                                        Sizes.bytes(bytes, EchoLoad.MIN_BYTES),
                                        deflate),
                                Sizes.seconds("--warm-up", warmUp),
                                Duration.ZERO),
                channels ? Contestant.CHANNEL : Contestant.ENDPOINT,
                HeapSize.MEMORY);
    }
}
