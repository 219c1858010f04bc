package io.highwater.archive.postgres;

import java.time.Duration;

/**
 * Where and for how long entries are kept. Immutable.
 *
 * @param url {@code jdbc:postgresql://HOST:PORT/DATABASE?user=USER&password=PASSWORD}, with further
 *     parameters of the driver
 * @param node this node's name, by which the server lists its connections
 * @param shards the number of shards of the log, from 1 to 1,024: it never changes
 * @param retention entries are dropped when they are older, at most a day later; from 1 minute to
 *     10 years
 */
public record PostgresSettings(String url, String node, int shards, Duration retention) {
    static final String URL_KEY = "highwater.archive.url";
    private static final String RETENTION_KEY = "highwater.archive.retention";

    private static final int MAX_SHARDS = 1_024;
    private static final Duration MIN_RETENTION = Duration.ofMinutes(1);
    private static final Duration MAX_RETENTION = Duration.ofDays(3_660);

    /**
     * Checks all of them.
     *
     * @throws IllegalArgumentException names the key and what is wrong, without a password
     */
    public PostgresSettings {
        checkUrl(url);
        if (shards < 1 || shards > MAX_SHARDS) {
            throw new IllegalArgumentException(
                    "shards: must be from 1 to " + MAX_SHARDS + ", not " + shards);
        }
        if (retention.compareTo(MIN_RETENTION) < 0 || retention.compareTo(MAX_RETENTION) > 0) {
            throw new IllegalArgumentException(
                    RETENTION_KEY + ": must be from 1m to 3660d, not " + retention);
        }
    }

    /**
     * Checks a URL.
     *
     * @throws IllegalArgumentException names the key and what is wrong, without a password
     */
    public static void checkUrl(String url) {
        Address unused = address(url);
    }

    Address address() {
        return address(url);
    }

    private static Address address(String url) {
        try {
            return Address.parse(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(URL_KEY + ": " + e.getMessage(), e);
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "PostgresSettings["
                + address()
                + ", "
                + node
                + ", "
                + shards
                + ", "
                + retention
                + "]";
    }
}
