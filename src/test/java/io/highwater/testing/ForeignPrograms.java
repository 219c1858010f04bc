package io.highwater.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds the programs that tests are run with. A test whose program is missing is skipped, with a
 * line on standard output that says which. Stateless.
 */
public final class ForeignPrograms {
    private static final List<String> CHROMIUM_NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

    private ForeignPrograms() {}

    public static Path node() {
        return require("node");
    }

    public static Path python() {
        return require("python3");
    }

    public static Path npm() {
        return require("npm");
    }

    public static Path chromium() {
        return CHROMIUM_NAMES.stream()
                .flatMap(name -> find(name).stream())
                .findFirst()
                .orElseGet(() -> require("chromium"));
    }

    public static Path curl() {
        return require("curl");
    }

    public static Path openssl() {
        return require("openssl");
    }

    public static Path kubectl() {
        return require("kubectl");
    }

    /** Of util-linux: runs a command as another user. */
    public static Path setpriv() {
        return require("setpriv");
    }

    /** Ends the running test as skipped; {@code why} is also printed, for whoever reads the log. */
    public static <T> T skip(String why) {
        System.out.println("SKIPPED: " + why);
        return Assumptions.abort(why);
    }

    private static Path require(String name) {
        return find(name).orElseGet(() -> skip(name + " is not on the PATH of this machine"));
    }

    private static Optional<Path> find(String name) {
        return List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)).stream()
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
