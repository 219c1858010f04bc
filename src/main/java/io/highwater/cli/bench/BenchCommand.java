package io.highwater.cli.bench;

import picocli.CommandLine.Command;

/**
 * {@code highwater bench}: register it as a subcommand of the main command; picocli makes the rest.
 */
@Command(
        name = "bench",
        description = "Measures Highwater beside a raw NIO loop in the same run; prints JSON.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(idle | fanout | echo)",
        subcommands = {IdleCommand.class, FanoutCommand.class, EchoCommand.class})
public final class BenchCommand {}
