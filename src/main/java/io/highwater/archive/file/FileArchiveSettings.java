package io.highwater.archive.file;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where and for how long entries are kept. Immutable.
 *
 * @param folder a folder of this node alone; it is made if it is missing
 * @param node the name that an operator gave the node: the folder of a node of another name is
 *     refused. Null if none did: any folder is opened
 * @param shards the number of shards of the node's log, from 1 to 1,024: it never changes
 * @param retention entries are dropped when they are older, at most a day later; from 1 minute to
 *     10 years
 */
public record FileArchiveSettings(
        Path folder, @Nullable String node, int shards, Duration retention) {
    static final String URL_KEY = "highwater.archive.url";
    static final String RETENTION_KEY = "highwater.archive.retention";

    private static final int MAX_SHARDS = 1_024;
    private static final Duration MIN_RETENTION = Duration.ofMinutes(1);
    private static final Duration MAX_RETENTION = Duration.ofDays(3_660);
    private static final Duration LONGEST_SEGMENT = Duration.ofDays(1);
    private static final Duration SHORTEST_SEGMENT = Duration.ofMinutes(1);
    private static final int SEGMENTS = 30;

    public FileArchiveSettings {
        if (shards < 1 || shards > MAX_SHARDS) {
            throw new IllegalArgumentException(
                    "shards: must be from 1 to " + MAX_SHARDS + ", not " + shards);
        }
        if (retention.compareTo(MIN_RETENTION) < 0 || retention.compareTo(MAX_RETENTION) > 0) {
            throw new IllegalArgumentException(
                    RETENTION_KEY + ": must be from 1m to 3660d, not " + retention);
        }
        folder = folder.toAbsolutePath().normalize();
    }

    /** With a retention of 30 days. */
    public static FileArchiveSettings of(Path folder, @Nullable String node, int shards) {
        return new FileArchiveSettings(folder, node, shards, Duration.ofDays(30));
    }

    /** How long entries go to one segment: at most a day, and a thirtieth of the retention. */
    Duration segmentLength() {
        Duration part = retention.dividedBy(SEGMENTS);
        if (part.compareTo(LONGEST_SEGMENT) > 0) {
            return LONGEST_SEGMENT;
        }
        return part.compareTo(SHORTEST_SEGMENT) < 0 ? SHORTEST_SEGMENT : part;
    }
}
