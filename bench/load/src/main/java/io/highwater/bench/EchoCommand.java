package io.highwater.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench echo}. */
@Command(
        name = "echo",
        description = "Ping-pong at /v1/echo: processor time a message, messages a second.",
        mixinStandardHelpOptions = true)
final class EchoCommand implements Callable<Integer> {
    private static final int MAX_RATE = 1_000_000;

    @Mixin private final BenchOptions options = new BenchOptions();

    @Option(
            names = "--connections",
            defaultValue = "200",
            description = "Connections (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--bytes",
            defaultValue = "64",
            description = "Payload of a message (default: ${DEFAULT-VALUE}).")
    private int bytes;

    @Option(
            names = "--rate",
            defaultValue = "5000",
            description = "Messages a second in the second window (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "Length of each of the two windows (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "10",
            description = "Seconds of load before it (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Override
    public Integer call() {
        return options.run(
                () ->
                        new EchoWorkload(
                                BenchOptions.TICKER,
                                Sizes.connections(connections),
                                Sizes.bytes(bytes, EchoLoad.MIN_BYTES),
                                Sizes.inRange("--rate", rate, 1, MAX_RATE),
                                Sizes.seconds("--warm-up", warmUp),
                                Sizes.seconds("--seconds", seconds)),
                Contestant.ENDPOINT,
                HeapSize.WORK);
    }
}
