package io.highwater.cli.bench;

import picocli.CommandLine.Command;

/**
 * {@code highwater bench}: register it as a subcommand of the main command; picocli makes the rest.
 */
@Command(
        name = "bench",
        description =
                "Measures Highwater, beside a raw NIO loop in the same run; prints JSON, or a table.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(idle | fanout | echo | deflate)",
        subcommands = {
            IdleCommand.class,
            FanoutCommand.class,
            EchoCommand.class,
            DeflateCommand.class
        })
public final class BenchCommand {}
