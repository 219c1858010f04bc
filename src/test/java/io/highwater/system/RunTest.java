package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.cli.Main;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code run} says and how it exits when it can't start, as a process; and the launcher. */
@Timeout(120)
class RunTest {
    private static final List<String> FREE_PORTS =
            List.of("--port", "0", "--set", "highwater.admin.port=0");

    @TempDir private Path folder;

    @Test
    void aPortInUseIsOneAndOneLineWithThePort() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(null));
                ServerSocket any = new ServerSocket(0)) {
            int port = any.getLocalPort();
            NodeProcess data = run(List.of("--port", "" + port, "-Dhighwater.admin.port=0"));
            assertFailed(data, 1, "highwater: port " + port + " is in use (highwater.port)");

            port = taken.getLocalPort();
            NodeProcess admin = run(List.of("--port", "0", "-Dhighwater.admin.port=" + port));
            assertFailed(admin, 1, "highwater: port " + port + " is in use (highwater.admin.port)");
        }
    }

    @Test
    void anArchiveThatCanNotBeOpenedIsOneAndOneLineThatSaysWhy() throws Exception {
        Path archive = Files.createDirectory(folder.resolve("archive"));
        Files.writeString(archive.resolve("letter.txt"), "not ours");
        NodeProcess node =
                run(
                        List.of(
                                "--port",
                                "0",
                                "-Dhighwater.admin.port=0",
                                "-Dhighwater.archive.url=file:" + archive));

        assertThat(node.isReady()).isFalse();
        assertThat(node.awaitExit()).isEqualTo(1);
        assertThat(node.plainStderr())
                .singleElement()
                .asString()
                .startsWith(
                        "highwater: highwater.archive.url: the folder "
                                + archive
                                + " is no archive");
        assertThat(archive).isDirectoryContaining("glob:**/letter.txt");
    }

    @Test
    void aWrongConfigurationIsTwoAndALineForEachMistake() throws Exception {
        NodeProcess node =
                run(
                        List.of(
                                "-Dhighwater.outbound.high-messages=0",
                                "-Dhighwater.keepalive.idle-timeout=1s"));

        assertThat(node.isReady()).isFalse();
        assertThat(node.awaitExit()).isEqualTo(2);
        List<String> lines = node.plainStderr();
        assertThat(lines).hasSize(2);
        assertThat(lines)
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .contains("highwater.outbound.high-messages")
                                        .contains("\"0\"")
                                        .contains("1 to 1000000"))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .contains("highwater.keepalive.idle-timeout")
                                        .contains("1s")
                                        .contains("35s"));
    }

    @Test
    void aWrongPolicyOfChannelsIsTwoAndOneLineWithKeyValueAndRange() throws Exception {
        NodeProcess node =
                launch(
                        List.of("run"),
                        List.of(
                                "-Dhighwater.channels.prices.prefix=prices.",
                                "-Dhighwater.channels.prices.policy=PAUSE"));

        assertThat(node.isReady()).isFalse();
        assertThat(node.awaitExit()).isEqualTo(2);
        assertThat(node.plainStderr())
                .containsExactly(
                        "highwater.channels.prices.policy: \"PAUSE\" is not allowed:"
                                + " EVICT or LATEST or DEMOTE (command line)");
    }

    @Test
    void channelPrefixesComeThroughFileFlagsAndTheLauncher() throws Exception {
        Path file = folder.resolve("a.properties");
        Files.writeString(
                file,
                "highwater.channels.room.prefix=room:\nhighwater.channels.room.policy=LATEST\n");
        List<String> flags = new ArrayList<>(FREE_PORTS);
        flags.add("--config");
        flags.add(file.toString());
        flags.add("-Dhighwater.channels.all.prefix=*");
        flags.add("-Dhighwater.channels.all.history-age=1m");
        flags.add("--set");
        flags.add("highwater.channels.room.latest-count=5");
        try (NodeProcess node = launch(List.of("run"), flags)) {
            assertThat(node.isReady()).isTrue();
            node.terminate();
            assertThat(node.awaitExit()).isZero();
        }
        assertThat(
                        launch(
                                        List.of("run"),
                                        List.of(
                                                "--config",
                                                file.toString(),
                                                "--set",
                                                "highwater.channels.all.history-age=0",
                                                "-Dhighwater.channels.all.prefix=*",
                                                "-Dhighwater.channels.room.policy=NONE"))
                                .plainStderr())
                .containsExactlyInAnyOrder(
                        "highwater.channels.all.history-age: \"0\" is not allowed: a duration, 1s"
                                + " to 24h (command line)",
                        "highwater.channels.room.policy: \"NONE\" is not allowed: EVICT or"
                                + " LATEST or DEMOTE (command line)");
    }

    static Stream<Arguments> whatCanNotBeDeployed() {
        String endpoint =
                "import jakarta.enterprise.context.Dependent;\n"
                        + "import jakarta.inject.Inject;\n"
                        + "import jakarta.websocket.OnMessage;\n"
                        + "import jakarta.websocket.server.ServerEndpoint;\n"
                        + "@Dependent @ServerEndpoint(\"%s\") public class Wrong {%s}";
        String rule =
                "import io.highwater.handshake.*;\n"
                        + "import jakarta.interceptor.*;\n"
                        + "import java.util.concurrent.CompletionStage;\n"
                        + "@Interceptor @Wrong.Asked public class Wrong extends HandshakeRule {\n"
                        + "@InterceptorBinding @java.lang.annotation.Retention("
                        + "java.lang.annotation.RetentionPolicy.RUNTIME) @interface Asked {}\n"
                        + "@Override protected CompletionStage<UpgradeDecision> decide("
                        + "UpgradeAttempt attempt, Next next) { return next.decide(); } }";
        return Stream.of(
                Arguments.of(
                        String.format(
                                endpoint,
                                "/wrong",
                                "@OnMessage public void a(String a) {}"
                                        + "@OnMessage public void b(String b) {}"),
                        ""),
                Arguments.of(String.format(endpoint, "/v1/echo", ""), "/v1/echo is taken by"),
                Arguments.of(String.format(endpoint, "wrong", ""), "must begin with /"),
                Arguments.of(
                        String.format(endpoint, "/wrong", "@Inject Runnable nobody;"), "Runnable"),
                Arguments.of(rule, "has no @Priority"));
    }

    @ParameterizedTest
    @MethodSource("whatCanNotBeDeployed")
    void whatCanNotBeDeployedIsOneAndOneLineWithClassAndReason(String source, String reason)
            throws Exception {
        Path team = TeamClasses.compile(folder, "Wrong", source);
        List<String> command = new ArrayList<>(NodeProcess.java("-Xmx64m", List.of(team)));
        command.add("run");
        command.addAll(FREE_PORTS);

        NodeProcess node = NodeProcess.launch(folder, command, Map.of());

        assertThat(node.isReady()).isFalse();
        assertThat(node.awaitExit()).isEqualTo(1);
        assertThat(node.plainStderr())
                .singleElement()
                .asString()
                .startsWith("highwater: ")
                .contains("team.Wrong")
                .contains(reason)
                .hasSizeLessThan(400)
                .doesNotContain("\tat ", " at org.jboss");
        // The stack is a member of one line of the log.
        assertThat(node.log("command_failed").stream().map(line -> line.getString("error")))
                .singleElement()
                .asString()
                .contains("team.Wrong")
                .contains("\n\tat ");
    }

    @Test
    void aFailedStartOfTlsNamesTheKeystore() throws Exception {
        NodeProcess node = run(List.of("-Dhighwater.tls.keystore=/nowhere/at.p12"));

        assertThat(node.awaitExit()).isEqualTo(2);
        assertThat(node.plainStderr())
                .singleElement()
                .asString()
                .contains("highwater.tls.keystore")
                .contains("/nowhere/at.p12");
    }

    @Test
    void theLauncherRunsServesAndStops() throws Exception {
        try (NodeProcess node = launch(List.of("run"), FREE_PORTS)) {
            assertThat(node.isReady()).isTrue();
            try (Peer peer = Peer.connect(node.port(), "/v1/echo")) {
                peer.sendText("hello");
                assertThat(peer.readMessage().text()).isEqualTo("hello");
                peer.closeNormally();
            }
            node.terminate();
            assertThat(node.awaitExit()).isZero();
            assertThat(node.log().stream().map(line -> line.getString("event")))
                    .containsExactly("start", "endpoint", "endpoint", "ready", "drain", "stop");
        }
    }

    @Test
    void theLauncherPassesOnTheExitCode() throws Exception {
        try (ServerSocket any = new ServerSocket(0)) {
            int port = any.getLocalPort();
            NodeProcess node = launch(List.of("run"), List.of("--port", "" + port));
            assertFailed(node, 1, "highwater: port " + port + " is in use (highwater.port)");
        }
        assertThat(launch(List.of("run"), List.of("--port", "x")).awaitExit()).isEqualTo(2);
    }

    @Test
    void tlsWithoutAKeystoreMakesACertificateOnceAndSaysSo() throws Exception {
        List<String> tls = new ArrayList<>(FREE_PORTS);
        tls.add("--tls");
        tls.add("-Dhighwater.tls.port=0");
        for (int i = 0; i < 2; i++) {
            try (NodeProcess node = launch(List.of("run"), tls)) {
                assertThat(node.isReady()).isTrue();
                assertThat(node.stdoutBeforeReady())
                        .singleElement()
                        .asString()
                        .startsWith("Self-signed certificate for localhost: " + folder);
                assertThat(node.readyLine()).contains(" https://127.0.0.1:");
                node.terminate();
                assertThat(node.awaitExit()).isZero();
            }
        }
    }

    private static void assertFailed(NodeProcess node, int code, String line) throws Exception {
        assertThat(node.isReady()).isFalse();
        assertThat(node.awaitExit()).isEqualTo(code);
        assertThat(node.plainStderr()).containsExactly(line);
        assertThat(node.log())
                .extracting(entry -> entry.getString("event"))
                .as("nothing was deployed")
                .containsOnly("start");
    }

    private NodeProcess run(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(NodeProcess.java("-Xmx64m", List.of()));
        command.add("run");
        command.addAll(arguments);
        return NodeProcess.launch(folder, command, Map.of());
    }

    /**
     * Runs ./highwater in a home whose jar points to the classes under test, on the newest JDK of
     * this machine.
     */
    private NodeProcess launch(List<String> command, List<String> arguments) throws IOException {
        Path home = folder.resolve("home");
        Path launcher = home.resolve("highwater");
        if (!Files.exists(launcher)) {
            Files.createDirectories(home.resolve("target/lib"));
            makeJar(home.resolve("target/highwater.jar"));
            Files.copy(Path.of("highwater"), launcher);
            Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        List<String> all = new ArrayList<>(List.of(launcher.toString()));
        all.addAll(command);
        all.addAll(arguments);
        return NodeProcess.launch(
                folder,
                all,
                Map.of(
                        "JAVA_OPTS",
                        "-Xmx64m -Duser.home=" + folder,
                        "XDG_CONFIG_HOME",
                        folder.resolve("config").toString(),
                        "XDG_DATA_HOME",
                        folder.resolve("data").toString(),
                        "XDG_CACHE_HOME",
                        folder.resolve("cache").toString(),
                        "XDG_STATE_HOME",
                        folder.resolve("state").toString()));
    }

    private static void makeJar(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(Attributes.Name.MAIN_CLASS, Main.class.getName());
        main.put(
                Attributes.Name.CLASS_PATH,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> !entry.endsWith("test-classes"))
                        .map(entry -> Path.of(entry).toUri().toString())
                        .collect(Collectors.joining(" ")));
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream archive = new JarOutputStream(out, manifest)) {
            archive.finish();
        }
    }
}
