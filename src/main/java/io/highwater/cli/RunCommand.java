package io.highwater.cli;

import io.highwater.config.ConfigException;
import io.highwater.config.ConfigSources;
import io.highwater.config.HighwaterConfig;
import io.highwater.node.ReadyLine;
import io.highwater.server.tls.DevelopmentCertificate;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts a node, says when it is ready, waits for the signal to stop, drains. */
@Command(
        name = "run",
        description = "Starts the server; SIGTERM or SIGINT drains and stops it.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class RunCommand implements Callable<Integer> {
    private final Node.Starter starter;
    private final Supplier<StopSignal> signals;

    private @Nullable CommandSpec spec;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Data port; 0 is any free one. Default: 8080.")
    private @Nullable String port;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {
                "File with settings. Default: highwater.properties",
                "in the working directory, if it is there."
            })
    private @Nullable Path file;

    @Option(
            names = "--tls",
            description = {
                "Listen with TLS too, on port 8443; make a",
                "certificate for localhost if no keystore is set.",
                "Default: off."
            })
    private boolean tls;

    @Option(
            names = "--with",
            paramLabel = "FILE.jar",
            description = {
                "A team's jar; repeat as needed. Its beans need a",
                "META-INF/beans.xml. Default: none."
            })
    private List<Path> jars = new ArrayList<>();

    @Option(
            names = {"--set", "-D"},
            paramLabel = "KEY=VALUE",
            description = "Any setting of those below; repeat as needed.")
    private Map<String, String> settings = new LinkedHashMap<>();

    RunCommand(Node.Starter starter, Supplier<StopSignal> signals) {
        this.starter = starter;
        this.signals = signals;
    }

    /** Called by picocli before anything else. Ends the help with the catalogue of keys. */
    @Spec
    void setSpec(CommandSpec spec) {
        this.spec = spec;
        // Picocli treats the footer as a format string, so percent signs are doubled.
        spec.usageMessage()
                .footer(
                        SettingsHelp.lines(spec.usageMessage().width()).stream()
                                .map(line -> line.replace("%", "%%"))
                                .toArray(String[]::new));
    }

    @Override
    public Integer call() throws Exception {
        StopSignal stopSignal = signals.get();
        HighwaterConfig config;
        try {
            config = config();
        } catch (ConfigException e) {
            e.problems().forEach(err()::println);
            return CommandLine.ExitCode.USAGE;
        }
        config.applyLogLevel();
        if (!jars.isEmpty()) {
            Thread.currentThread().setContextClassLoader(TeamJars.loader(jars, commandLine()));
        }
        Node node = starter.start(config);
        try {
            out().println(
                            new ReadyLine(
                                    node.port(),
                                    node.tlsPort(),
                                    config.adminHost(),
                                    node.adminPort()));
            stopSignal.await();
        } finally {
            node.stop();
        }
        return CommandLine.ExitCode.OK;
    }

    private HighwaterConfig config() throws ConfigException, IOException {
        Map<String, String> flags = new LinkedHashMap<>(settings);
        if (port != null) {
            flags.put("highwater.port", port);
        }
        ConfigSources sources = ConfigSources.ofProcess(file, flags);
        HighwaterConfig config = HighwaterConfig.read(sources);
        if (!tls || config.isTlsOn()) {
            return config;
        }
        DevelopmentCertificate certificate = DevelopmentCertificate.ofUser();
        HighwaterConfig secure = HighwaterConfig.read(sources.withFlags(certificate.flags()));
        out().println("Self-signed certificate for localhost: " + certificate.file());
        return secure;
    }

    private PrintWriter out() {
        return commandLine().getOut();
    }

    private PrintWriter err() {
        return commandLine().getErr();
    }

    private CommandLine commandLine() {
        return Objects.requireNonNull(spec).commandLine();
    }
}
