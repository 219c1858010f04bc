package io.highwater.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs ./highwater with JDKs that only print their arguments. */
final class LauncherTest {
    private static final Instant NEW = Instant.now();

    @TempDir private Path directory;
    private Path home;
    private Path jar;

    @BeforeEach
    void copyLauncher() throws IOException {
        home = Files.createDirectory(directory.resolve("high water"));
        Files.copy(Path.of("highwater"), home.resolve("highwater"));
        Files.createDirectories(home.resolve("target/lib"));
        jar = Files.createFile(home.resolve("target/highwater.jar")).toRealPath();
        executable(home.resolve("highwater"));
    }

    @Test
    void argumentsReachTheJarUnchanged() throws Exception {
        Result result =
                launch(home.resolve("highwater"), use(jdk("17.0.1")), "run", "--set", "a=b c *");

        assertThat(result.arguments()).endsWith("-jar", jar.toString(), "run", "--set", "a=b c *");
    }

    @Test
    void javaOptsComeLast() throws Exception {
        Result result =
                launch(
                        home.resolve("highwater"),
                        Map.of(
                                "HIGHWATER_JAVA",
                                jdk("17").toString(),
                                "JAVA_OPTS",
                                "-Xmx64m -Da=*"),
                        "run");

        List<String> arguments = result.arguments();
        assertThat(arguments.subList(0, arguments.indexOf("-jar"))).endsWith("-Xmx64m", "-Da=*");
    }

    @Test
    void symbolicLinkLeadsHome() throws Exception {
        Path bin = Files.createDirectory(directory.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("first"), Path.of("../high water/highwater"));
        Files.createSymbolicLink(bin.resolve("hw"), bin.resolve("first"));

        assertThat(launch(bin.resolve("hw"), use(jdk("17"))).arguments()).contains(jar.toString());
    }

    @Test
    void compactHeadersOnlyWhereTheJdkTakesThem() throws Exception {
        String compact = "-XX:+UseCompactObjectHeaders";
        Path launcher = home.resolve("highwater");

        assertThat(launch(launcher, use(jdk("21.0.2"))).arguments()).doesNotContain(compact);
        assertThat(launch(launcher, use(jdk("25"))).arguments()).contains(compact);
        assertThat(launch(launcher, use(refusing(jdk("26"), compact))).arguments())
                .doesNotContain(compact);
    }

    @Test
    void newestJdkWins() throws Exception {
        Path newest = jdk("99.0.1");

        Result result =
                launch(home.resolve("highwater"), Map.of("JAVA_HOME", newest.toString()), "run");

        assertThat(result.output()).startsWith(newest.toRealPath().toString());
    }

    @Test
    void newerJdkThanJavaHomeWins() throws Exception {
        Path old = jdk("17");
        Path user = directory.resolve("user");
        Path newest = Files.createDirectories(user.resolve(".jdks")).resolve("newest");
        Files.move(jdk("98"), newest);

        Result result =
                launch(
                        home.resolve("highwater"),
                        Map.of("JAVA_HOME", old.toString(), "HOME", user.toString()));

        assertThat(result.output()).startsWith(newest.toRealPath().toString());
    }

    @Test
    void namedJdkMustBeNewEnough() throws Exception {
        Result result = launch(home.resolve("highwater"), use(jdk("11.0.2")));

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output()).contains("11.0.2 is not a JDK 17 or newer");
    }

    @Test
    void missingJarIsBuiltOnce() throws Exception {
        Files.delete(jar);
        sources();

        assertThat(launch(home.resolve("highwater"), builder(), "run").output())
                .contains("building with JDK 17");
        assertThat(builds()).isEqualTo(1);
        assertThat(launch(home.resolve("highwater"), builder(), "run").output())
                .doesNotContain("building");
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void newerSourceIsBuiltOnceThoughTheJarStaysAsOldAsItWas() throws Exception {
        Path source = sources();
        Files.setLastModifiedTime(jar, FileTime.from(NEW.minusSeconds(60)));

        launch(home.resolve("highwater"), builder(), "run");
        launch(home.resolve("highwater"), builder(), "run");
        assertThat(builds()).isEqualTo(1);

        Files.setLastModifiedTime(source, FileTime.from(NEW.plusSeconds(3600)));
        launch(home.resolve("highwater"), builder(), "run");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void failedBuildIsOneAndStartsNothing() throws Exception {
        sources();
        Files.delete(jar);
        Map<String, String> environment = builder();
        Files.writeString(directory.resolve("tools/mvn"), "#!/bin/sh\nexit 1\n");

        Result result = launch(home.resolve("highwater"), environment, "run");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output()).contains("the build failed").doesNotContain("-jar");
    }

    @Test
    void exitCodeIsThatOfTheServer() throws Exception {
        Path jdk = jdk("17");
        Files.writeString(jdk.resolve("bin/java"), "#!/bin/sh\nexit 7\n");

        assertThat(launch(home.resolve("highwater"), use(jdk)).code()).isEqualTo(7);
    }

    @Test
    void benchIsAProjectOfItsOwnAndIsBuiltOnce() throws Exception {
        Path folder = Files.createDirectories(home.resolve("bench/load/target"));
        Path benchJar = Files.createFile(folder.resolve("bench.jar")).toRealPath();
        Path source = Files.createFile(home.resolve("bench/pom.xml"));
        Map<String, String> environment = builder();
        Path launcher = home.resolve("highwater");

        Result first = launch(launcher, environment, "bench", "compare", "a b *");
        assertThat(first.arguments())
                .contains("-Dhighwater.home=" + home.toRealPath())
                .endsWith("-jar", benchJar.toString(), "compare", "a b *");
        assertThat(first.output()).contains("building the benchmark");
        assertThat(launch(launcher, environment, "bench").output()).doesNotContain("building");

        Files.setLastModifiedTime(source, FileTime.from(NEW.plusSeconds(3600)));
        assertThat(launch(launcher, environment, "bench").output())
                .contains("building the benchmark");
    }

    @Test
    void benchWithoutItsSourcesIsOneWithALine() throws Exception {
        Result result = launch(home.resolve("highwater"), use(jdk("17")), "bench", "compare");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output()).contains("bench/").doesNotContain("-jar");
    }

    /** A source tree a minute older than the jar. */
    private Path sources() throws IOException {
        Path main = Files.createDirectories(home.resolve("src/main/a b"));
        Path pom = Files.createFile(home.resolve("pom.xml"));
        for (Path path : List.of(pom, main, main.getParent())) {
            Files.setLastModifiedTime(path, FileTime.from(NEW.minusSeconds(30)));
        }
        return pom;
    }

    /** JDK 17 and a Maven that makes the jar only where there is none, and counts. */
    private Map<String, String> builder() throws IOException {
        Path tools = Files.createDirectories(directory.resolve("tools"));
        Files.writeString(
                tools.resolve("mvn"),
                "#!/bin/sh\n[ -f target/highwater.jar ] || touch target/highwater.jar\n"
                        + "echo \"$JAVA_HOME\" >>../builds\n");
        executable(tools.resolve("mvn"));
        return Map.of(
                "HIGHWATER_JAVA",
                jdk("17").toString(),
                "PATH",
                tools + ":" + System.getenv("PATH"));
    }

    private long builds() throws IOException {
        return Files.readAllLines(directory.resolve("builds")).stream()
                .filter(directory.resolve("jdk 17").toString()::equals)
                .count();
    }

    private static Map<String, String> use(Path jdk) {
        return Map.of("HIGHWATER_JAVA", jdk.toString());
    }

    private Path jdk(String version) throws IOException {
        Path jdk = directory.resolve("jdk " + version);
        Path bin = Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        Files.writeString(
                bin.resolve("java"),
                "#!/bin/sh\ncd \"$(dirname \"$0\")/..\" && pwd -P\nprintf '%s\\n' \"$@\"\n");
        Files.writeString(bin.resolve("javac"), "#!/bin/sh\nexit 1\n");
        executable(bin.resolve("java"));
        executable(bin.resolve("javac"));
        return jdk;
    }

    private static Path refusing(Path jdk, String option) throws IOException {
        Path java = jdk.resolve("bin/java");
        Files.writeString(
                java,
                "#!/bin/sh\nfor o; do [ \"$o\" != '"
                        + option
                        + "' ] || exit 1; done\n"
                        + "printf '%s\\n' \"$@\"\n");
        return jdk;
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Result launch(Path launcher, Map<String, String> environment, String... arguments)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("JAVA_") || name.startsWith("HIGHWATER_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    private record Result(int code, String output) {
        List<String> arguments() {
            return output.lines().toList();
        }
    }
}
