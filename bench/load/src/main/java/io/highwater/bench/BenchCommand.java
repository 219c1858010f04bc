package io.highwater.bench;

import picocli.CommandLine.Command;

/** The benchmarks, each a subcommand. */
@Command(
        name = "bench",
        description =
                "Measures Highwater beside its peers, or beside a raw NIO loop alone; and its log.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(compare | idle | fanout | echo | deflate | backbone)",
        subcommands = {
            CompareCommand.class,
            IdleCommand.class,
            FanoutCommand.class,
            EchoCommand.class,
            DeflateCommand.class,
            BackboneCommand.class
        })
final class BenchCommand {}
