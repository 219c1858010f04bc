package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FreePort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/extend.md: its commands, run as written in a clean copy, but on free ports. */
final class ExtendPageIT {
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
    private static final Set<String> NOT_COPIED = Set.of("target", ".git", "node_modules");
    private static final int GUARD_MINUTES = 20;

    @TempDir private Path folder;

    @Test
    void itsCommandsEndWithTheTeamsEndpointAnswering() throws Exception {
        Path copy = Files.createDirectory(folder.resolve("highwater"));
        copyTree(Path.of(""), copy, NOT_COPIED, false);
        Path repository = repository();
        String script =
                "set -eu\n"
                        + String.join("\n", blocks(Files.readString(Path.of("docs/extend.md"))));
        // Two starts, one after the other: the second may have the first one's ports.
        script = script.replace("8080", freePort()).replace("9090", freePort());
        // What the page leaves at its default is another test's on this machine, perhaps.
        script =
                script.replace("./highwater run", "./highwater run --port " + port(script, "ws"))
                        .replace(
                                "--with",
                                "--set highwater.admin.port=" + port(script, "fs http") + " --with")
                        .replace("start.jar jetty", "start.jar jetty.ssl.port=0 jetty");

        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder bash =
                new ProcessBuilder("bash", "-c", script)
                        .directory(copy.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        bash.environment().put("MAVEN_OPTS", "-Dmaven.repo.local=" + repository);
        bash.environment().put("JAVA_HOME", System.getProperty("java.home"));
        bash.environment().put("HIGHWATER_JAVA", System.getProperty("java.home"));
        bash.environment()
                .merge(
                        "PATH",
                        System.getProperty("java.home") + "/bin" + File.pathSeparator,
                        (path, first) -> first + path);
        bash.environment().put("XDG_STATE_HOME", folder.toString());
        Process process = bash.start();
        try {
            assertThat(process.waitFor(GUARD_MINUTES, TimeUnit.MINUTES)).isTrue();
            String all = Files.readString(out) + Files.readString(err);
            assertThat(process.exitValue()).as(all).isZero();
            assertThat(Files.readAllLines(out))
                    .as(all)
                    .filteredOn("{\"symbol\":\"HW\",\"cents\":100}"::equals)
                    .hasSize(2);
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }

    private static List<String> blocks(String page) {
        List<String> blocks =
                BLOCK.matcher(page).results().map((MatchResult block) -> block.group(1)).toList();
        assertThat(blocks).hasSize(4);
        return blocks;
    }

    /** The port of the first address after this word. */
    private static String port(String script, String word) {
        return Pattern.compile(word + "://127\\.0\\.0\\.1:(\\d+)")
                .matcher(script)
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    private static String freePort() throws IOException {
        return String.valueOf(FreePort.find());
    }

    /**
     * A scratch repository with what the build's own has, by hard links, but for Highwater itself:
     * the page installs it.
     */
    private Path repository() throws IOException {
        Path own = Path.of(System.getProperty("highwater.it.repository"));
        // On the same disk as the build's, or there are no links.
        Path scratch = Files.createDirectory(folder.resolve("repository"));
        copyTree(own, scratch, Set.of("highwater"), true);
        return scratch;
    }

    private static void copyTree(Path from, Path to, Set<String> without, boolean link)
            throws IOException {
        Path root = from.toAbsolutePath();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        if (!directory.equals(root)
                                && without.contains(directory.getFileName().toString())
                                && (!link || directory.getParent().endsWith("io"))) {
                            return FileVisitResult.SKIP_SUBTREE;
                        }
                        make(to.resolve(root.relativize(directory)));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        copy(file, to.resolve(root.relativize(file)), link);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static void make(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path file, Path to, boolean link) throws IOException {
        if (link) {
            try {
                Files.createLink(to, file);
                return;
            } catch (IOException | UnsupportedOperationException otherDisk) {
                // Copied, below.
            }
        }
        Files.copy(file, to);
        to.toFile().setExecutable(file.toFile().canExecute());
    }
}
