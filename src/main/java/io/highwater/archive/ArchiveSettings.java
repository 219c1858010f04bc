package io.highwater.archive;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where the log is archived, and for how long. Immutable. */
public sealed interface ArchiveSettings {
    /** Entries are dropped once they are older. */
    Duration retention();

    /**
     * In a folder.
     *
     * @param folder on a disk of this machine
     * @param node the name that an operator gave the node; null if none did
     */
    record InFolder(Path folder, @Nullable String node, Duration retention)
            implements ArchiveSettings {}

    /**
     * In a database, which nodes may share.
     *
     * @param url {@code jdbc:postgresql://HOST:PORT/DATABASE?…}; may contain a password
     */
    record InPostgres(String url, Duration retention) implements ArchiveSettings {
        /** Without the password. */
        @Override
        public String toString() {
            return "InPostgres[" + shown(url) + ", " + retention + "]";
        }
    }

    /**
     * Reads the value of {@code highwater.archive.url}.
     *
     * @param node the name that an operator gave the node; null if none did
     * @throws IllegalArgumentException names the key, the value without a password, and what to
     *     write instead
     */
    static ArchiveSettings of(String url, @Nullable String node, Duration retention) {
        if (url.startsWith("jdbc:postgresql://")) {
            requireNoUser(url);
            return new InPostgres(url, retention);
        } else if (url.startsWith("file:")) {
            Path folder = folder(url, url.substring("file:".length()));
            return new InFolder(folder, node, retention);
        }
        throw problem(
                url,
                "is neither of the form file:DIR, such as file:data, nor"
                        + " jdbc:postgresql://HOST:PORT/DATABASE?user=USER&password=PASSWORD");
    }

    private static Path folder(String url, String folder) {
        if (folder.isBlank()) {
            throw problem(url, "names no folder; write one, such as file:data");
        }
        if (folder.startsWith("//")) {
            throw problem(url, "has slashes of a web address; write file:data or file:/var/data");
        }
        try {
            return Path.of(folder);
        } catch (InvalidPathException e) {
            throw problem(url, "names no folder: " + e.getReason());
        }
    }

    /** As in other URLs, where the driver would take them for a part of the host's name. */
    private static void requireNoUser(String url) {
        if (url.split("\\?", 2)[0].contains("@")) {
            throw new IllegalArgumentException(
                    "highwater.archive.url: it has a user before the host; write"
                            + " jdbc:postgresql://HOST:PORT/DATABASE?user=USER&password=PASSWORD");
        }
    }

    private static IllegalArgumentException problem(String url, String what) {
        return new IllegalArgumentException(
                "highwater.archive.url: \"" + shown(url) + "\" " + what);
    }

    /** Without what may be a password. */
    private static String shown(String url) {
        String shown = url.split("\\?", 2)[0];
        int user = shown.lastIndexOf('@');
        return user < 0
                ? shown
                : shown.substring(0, shown.indexOf(':') + 1) + "…" + shown.substring(user);
    }
}
