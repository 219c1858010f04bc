package io.highwater.system;

import io.highwater.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A copy of target/jetty-base, and jetty-home's start.jar in it, on free ports. Immutable. */
record BaseFolder(Path folder, Path base) {
    private static final Path BUILT = Path.of("target/jetty-base");

    static BaseFolder copy(Path folder) throws IOException {
        Path base = Files.createTempDirectory(folder, "base");
        try (Stream<Path> files = Files.walk(BUILT)) {
            files.filter(Files::isRegularFile).forEach(file -> copy(file, base));
        }
        return new BaseFolder(folder, base);
    }

    /** A base with what web applications need, and no more. */
    static BaseFolder withoutModule(Path folder) throws IOException {
        Path base = Files.createTempDirectory(folder, "plain");
        Files.createDirectories(base.resolve("webapps"));
        Files.createDirectories(base.resolve("environments"));
        // This Jetty takes 0 for its default.
        Files.writeString(
                Files.createDirectories(base.resolve("start.d")).resolve("plain.ini"),
                "--module=http\n--module=ee10-deploy\njetty.http.port=" + FreePort.find() + "\n");
        return new BaseFolder(folder, base);
    }

    Path log() {
        return base.resolve("jetty.log");
    }

    /** Starts it; its log is {@link #log}. */
    Process startPlain() throws IOException {
        return new ProcessBuilder(
                        java(),
                        "-Xmx128m",
                        "-jar",
                        jettyHome().resolve("start.jar").toString(),
                        "jetty.base=" + base)
                .directory(base.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
    }

    private static void copy(Path file, Path base) {
        try {
            Path to = base.resolve(BUILT.relativize(file));
            Files.createDirectories(to.getParent());
            Files.copy(file, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The unpacked jetty-home of the build. */
    static Path jettyHome() {
        String home = System.getProperty("highwater.it.jetty-home");
        if (home == null) {
            throw new IllegalStateException("highwater.it.jetty-home is not set: run by failsafe");
        }
        return Path.of(home);
    }

    Path war(String name) {
        return base.resolve("webapps").resolve(name + ".war");
    }

    /** Returns when it is ready, or ended. */
    NodeProcess start(String... systemProperties) throws IOException {
        return startBy(java(), systemProperties);
    }

    /** Likewise, by another Java. */
    NodeProcess startBy(String java, String... systemProperties) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java);
        command.addAll(
                List.of(
                        "-Xmx256m",
                        "-Dhighwater.admin.port=0",
                        "-Dhighwater.drain.window=0",
                        "-Dhighwater.handshake.rate-per-ip=1000000",
                        "-Dhighwater.handshake.burst-per-ip=1000000",
                        "-Dhighwater.limits.connections-per-second=1000000",
                        "-Dhighwater.limits.connections-burst=1000000",
                        "-Dhighwater.limits.address-share=1",
                        "-Dhighwater.handshake.max-connections=0",
                        "-Dhighwater.handshake.max-connections-per-ip=0"));
        command.addAll(List.of(systemProperties));
        command.addAll(
                List.of(
                        "-jar",
                        jettyHome().resolve("start.jar").toString(),
                        "jetty.base=" + base,
                        "jetty.http.port=0",
                        "jetty.ssl.port=0"));
        return NodeProcess.launch(
                folder,
                command,
                Map.of("XDG_STATE_HOME", folder.toString(), "HOME", folder.toString()));
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
