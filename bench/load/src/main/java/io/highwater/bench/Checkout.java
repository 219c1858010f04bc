package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the contestants' programs are: the project's folder, as {@code ./highwater} has built it.
 * Immutable.
 *
 * @param home the folder that {@code ./highwater} is in
 */
record Checkout(Path home) {
    private static final String HOME_PROPERTY = "highwater.home";
    private static final int NPM_SECONDS = 120;

    /** As {@code ./highwater} says. */
    static Checkout ofThisProcess() {
        return new Checkout(Path.of(System.getProperty(HOME_PROPERTY, ".")).toAbsolutePath());
    }

    /** Where the results go that are kept, a folder for each run. */
    Path results() {
        return home.resolve("bench/results");
    }

    /** Where those go that only show that the benchmark works. */
    Path trials() {
        return home.resolve("target/bench");
    }

    /** Of the sources, as Git has it; a word where it can't say. */
    String commit() {
        try {
            String commit = git("rev-parse", "--short=12", "HEAD").get(0);
            boolean isClean = git("status", "--porcelain", "--", ".", ":!bench/results").isEmpty();
            return isClean ? commit : commit + " with changes";
        } catch (IOException | BenchException e) {
            return "unknown";
        }
    }

    private List<String> git(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("git", "-C", home.toString()));
        command.addAll(List.of(words));
        return ShortCommand.run(command);
    }

    /** What follows {@code java} and its options; for ws all of it. */
    List<String> program(Contestant contestant) throws IOException {
        return switch (contestant) {
            case RAW ->
                    List.of("-cp", ownClassPath(), "io.highwater.bench.raw.RawLoop", "--joined");
            case NETTY, UNDERTOW, TOMCAT, JETTY ->
                    List.of("-jar", built("bench/" + contestant.id() + "/target/bench.jar"));
            case WS -> List.of("node", "--expose-gc", built("bench/ws/server.js"));
            case WIRE -> engine("WirePeer");
            case ENDPOINT, CHANNEL, CHANNEL_TLS -> {
                List<String> words = new ArrayList<>(HighwaterSettings.openToLoad());
                words.addAll(List.of("-jar", built("target/highwater.jar"), "run", "--port", "0"));
                if (contestant == Contestant.CHANNEL_TLS) {
                    words.addAll(List.of("--tls", "--set", "highwater.tls.port=0"));
                }
                yield List.copyOf(words);
            }
        };
    }

    /** A program that has the server's classes, by its name in the project of the engine. */
    List<String> engine(String program) {
        return List.of(
                "-cp",
                built("bench/engine/target/bench.jar")
                        + File.pathSeparator
                        + built("target/highwater.jar"),
                "io.highwater.bench.engine." + program);
    }

    /** Installs what a contestant needs and Maven does not bring. */
    void prepare(Contestant contestant, Progress progress) throws IOException {
        if (contestant == Contestant.WS
                && !Files.isDirectory(home.resolve("bench/ws/node_modules"))) {
            progress.say("npm ci in bench/ws");
            ShortCommand.run(
                    List.of(
                            "npm",
                            "ci",
                            "--no-audit",
                            "--no-fund",
                            "--prefix",
                            home.resolve("bench/ws").toString()),
                    NPM_SECONDS);
        }
    }

    private String built(String file) {
        Path path = home.resolve(file);
        if (!Files.isRegularFile(path)) {
            throw new BenchException(
                    path + " is missing: start the benchmark by ./highwater bench");
        }
        return path.toString();
    }

    private static String ownClassPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
