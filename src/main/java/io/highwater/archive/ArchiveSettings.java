package io.highwater.archive;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the log is archived, and for how long. Immutable.
 *
 * @param folder on a disk of this machine
 * @param retention entries are dropped once they are older
 */
public record ArchiveSettings(Path folder, Duration retention) {
    private static final String KEY = "highwater.archive.url";
    private static final String FILE = "file:";

    /**
     * Reads the value of {@code highwater.archive.url}.
     *
     * @throws IllegalArgumentException names the key, the value, and what to write instead
     */
    public static ArchiveSettings of(String url, Duration retention) {
        if (!url.startsWith(FILE)) {
            throw new IllegalArgumentException(
                    KEY + ": \"" + url + "\" is not of the form file:DIR, such as file:data");
        }
        String folder = url.substring(FILE.length());
        if (folder.isBlank()) {
            throw new IllegalArgumentException(
                    KEY + ": \"" + url + "\" names no folder; write one, such as file:data");
        }
        if (folder.startsWith("//")) {
            throw new IllegalArgumentException(
                    KEY
                            + ": \""
                            + url
                            + "\" has slashes of a web address; write file:data or file:/var/data");
        }
        try {
            return new ArchiveSettings(Path.of(folder), retention);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(
                    KEY + ": \"" + url + "\" names no folder: " + e.getReason(), e);
        }
    }
}
