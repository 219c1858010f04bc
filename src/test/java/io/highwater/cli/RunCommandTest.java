package io.highwater.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.config.ConfigKey;
import io.highwater.config.HighwaterConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<String> events = new ArrayList<>();
    private final List<HighwaterConfig> configs = new ArrayList<>();
    private Node.Starter starter =
            config -> {
                configs.add(config);
                return new FakeNode(OptionalInt.empty());
            };

    @TempDir private Path directory;

    @Test
    void saysReadyThenWaitsThenStops() {
        assertThat(run("run")).isZero();

        assertThat(out)
                .hasToString("Highwater ready: http://127.0.0.1:81 (admin http://127.0.0.1:91)\n");
        assertThat(events).containsExactly("watch", "await", "stop");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void readyLineHasTheSecureAddressAndTheAdminHost() {
        starter = config -> new FakeNode(OptionalInt.of(443));

        run("run", "--set", "highwater.admin.host=::1");
        run("run", "--set", "highwater.admin.host=0.0.0.0");

        assertThat(out.toString().lines())
                .containsExactly(
                        "Highwater ready: http://127.0.0.1:81 https://127.0.0.1:443"
                                + " (admin http://[::1]:91)",
                        "Highwater ready: http://127.0.0.1:81 https://127.0.0.1:443"
                                + " (admin http://127.0.0.1:91)");
    }

    @Test
    void flagsAreSettings() {
        assertThat(
                        run(
                                "run",
                                "--port",
                                "0",
                                "--set",
                                "highwater.admin.port=1",
                                "-Dhighwater.region=b=c"))
                .isZero();

        HighwaterConfig config = configs.get(0);
        assertThat(config.server().port()).isZero();
        assertThat(config.admin().port()).isEqualTo(1);
        assertThat(config.region()).isEqualTo("b=c");
    }

    @Test
    void configFileIsRead() throws IOException {
        Path file = directory.resolve("a file.properties");
        Files.writeString(file, "highwater.port = 5\n");

        run("run", "--config", file.toString());

        assertThat(configs.get(0).server().port()).isEqualTo(5);
    }

    @Test
    void wrongConfigurationIsTwoWithALineForEach() {
        int code = run("run", "--port", "70000", "--set", "highwater.drain.windw=1s");

        assertThat(code).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        "highwater.drain.windw: no such key; did you mean highwater.drain.window?"
                                + " (command line)",
                        "highwater.port: \"70000\" is not allowed: a whole number, 0 to 65535"
                                + " (command line)");
        assertThat(configs).isEmpty();
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void missingConfigFileIsTwo() {
        assertThat(run("run", "--config", directory.resolve("none").toString())).isEqualTo(2);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("none: there is no such file");
    }

    @Test
    void wrongUsageIsTwo() {
        assertThat(run("run", "--prot", "1")).isEqualTo(2);
        assertThat(err.toString()).contains("--prot").contains("Try: highwater run --help");
        assertThat(run("run", "--set", "novalue")).isEqualTo(2);
        assertThat(run("rum")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
        assertThat(configs).isEmpty();
    }

    @Test
    void portInUseIsOneWithOneLine() {
        starter =
                config -> {
                    throw new IOException(
                            "port 8080 is in use (highwater.port)",
                            new BindException("Address already in use"));
                };

        assertThat(run("run")).isEqualTo(1);
        assertThat(err).hasToString("highwater: port 8080 is in use (highwater.port)\n");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void failureOfTheStartIsOneWithOneLine() {
        starter =
                config -> {
                    throw new IOException("two\nlines");
                };

        assertThat(run("run")).isEqualTo(1);
        assertThat(err).hasToString("highwater: two lines\n");
    }

    @Test
    void helpListsEveryKey() {
        assertThat(run("run", "--help")).isZero();

        // Whatever the width that lines were broken at.
        String help = out.toString().replaceAll("\\s+", " ");
        for (ConfigKey key : ConfigKey.all()) {
            assertThat(help).contains(key.name() + " = " + key.shown()).contains(key.about());
        }
    }

    @Test
    void noLineOfTheHelpIsTooLongForATerminal() {
        run("run", "--help");

        assertThat(out.toString().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    }

    private int run(String... args) {
        RunCommand command =
                new RunCommand(
                        starter::start,
                        () -> {
                            events.add("watch");
                            return () -> events.add("await");
                        });
        return Main.run(
                List.of(command), new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    private final class FakeNode implements Node {
        private final OptionalInt tlsPort;

        FakeNode(OptionalInt tlsPort) {
            this.tlsPort = tlsPort;
        }

        @Override
        public int port() {
            return 81;
        }

        @Override
        public OptionalInt tlsPort() {
            return tlsPort;
        }

        @Override
        public int adminPort() {
            return 91;
        }

        @Override
        public void stop() {
            events.add("stop");
        }
    }
}
