package io.highwater.bench;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** {@code ./highwater bench}: exit code 0, 1 (did not work, or messages were lost), 2 (usage). */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new BenchCommand());
        line.setCommandName("highwater bench");
        line.setParameterExceptionHandler(Main::usageError);
        return line;
    }

    private static int usageError(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        command.getErr().println(e.getMessage());
        command.getErr().println("Try: " + command.getCommandSpec().qualifiedName(" ") + " --help");
        return CommandLine.ExitCode.USAGE;
    }
}
