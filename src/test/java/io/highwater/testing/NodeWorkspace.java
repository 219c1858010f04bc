package io.highwater.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A copy of src/test/node in target, one for each JVM of tests, with its packages installed, so
 * that the source tree stays clean. Installed once for each state of the lock file. Thread-safe
 * within one JVM.
 */
final class NodeWorkspace {
    private static final Path SOURCE = Path.of("src", "test", "node");
    private static final Path TARGET =
            Path.of("target", "node-" + System.getProperty("test.fork", "1")).toAbsolutePath();
    private static final Path INSTALLED = TARGET.resolve("node_modules/.installed-lock.json");
    private static final long INSTALL_SECONDS = 180;

    private NodeWorkspace() {}

    /** The prepared folder; a machine on which npm cannot install skips the test. */
    static synchronized Path prepare() {
        try {
            copySources();
            Path lock = TARGET.resolve("package-lock.json");
            if (!Files.exists(INSTALLED) || Files.mismatch(lock, INSTALLED) != -1) {
                install();
                Files.copy(lock, INSTALLED, StandardCopyOption.REPLACE_EXISTING);
            }
            return TARGET;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while npm ci ran", e);
        }
    }

    private static void copySources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCE)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = TARGET.resolve(SOURCE.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static void install() throws IOException, InterruptedException {
        Path log = TARGET.resolve("npm-ci.log");
        Process npm =
                new ProcessBuilder(
                                List.of(ForeignPrograms.npm().toString(), "ci", "--ignore-scripts"))
                        .directory(TARGET.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        boolean ended = npm.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            npm.destroyForcibly();
        }
        if (!ended || npm.exitValue() != 0) {
            ForeignPrograms.skip("npm ci did not succeed, see " + log);
        }
    }
}
