package io.highwater.cli;

import io.highwater.node.deployment.DeploymentFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The commands and their exit codes: 0 (success), 1 (failure), 2 (wrong usage or settings). */
@Command(
        name = "highwater",
        description = "A WebSocket server with bounded queues.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    public static void main(String[] args) {
        System.exit(
                run(
                        List.of(new RunCommand(Node::start, StopSignal::watch), new BenchCommand()),
                        new PrintWriter(System.out, true),
                        new PrintWriter(System.err, true),
                        args));
    }

    /** Returns the exit code. Each command is one line in {@link #main}. */
    static int run(List<?> commands, PrintWriter out, PrintWriter err, String... args) {
        CommandLine main = new CommandLine(new Main());
        commands.forEach(main::addSubcommand);
        main.setOut(out);
        main.setErr(err);
        main.setCaseInsensitiveEnumValuesAllowed(true);
        main.setParameterExceptionHandler(Main::usageError);
        main.setExecutionExceptionHandler(Main::failed);
        if (args.length == 0) {
            main.usage(err);
            return CommandLine.ExitCode.USAGE;
        }
        return main.execute(args);
    }

    private static int usageError(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        command.getErr().println(e.getMessage());
        command.getErr().println("Try: " + command.getCommandSpec().qualifiedName(" ") + " --help");
        return CommandLine.ExitCode.USAGE;
    }

    /**
     * Prints a failure. An IOException has its cause in the machine, and its message says what to
     * do, so no stack trace is printed. The stack trace of a deployment failure may help the team.
     * Every other exception is a bug.
     */
    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
        if (!(e instanceof IOException)) {
            LOG.error("command_failed", e);
        }
        for (String problem : problems(e)) {
            command.getErr().println("highwater: " + problem.replaceAll("\\s+", " "));
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static List<String> problems(Exception e) {
        if (e instanceof DeploymentFailure failure) {
            return failure.reasons();
        }
        return List.of(e.getMessage() == null ? e.toString() : e.getMessage());
    }
}
