package io.highwater.limits;

/**
 * How many connections of one kind there may be. Immutable.
 *
 * @param most connections of the node; 0 = no limit
 * @param mostOfAddress connections of one address; 0 = no limit
 */
public record ConnectionLimit(int most, int mostOfAddress) {
    public static ConnectionLimit none() {
        return new ConnectionLimit(0, 0);
    }

    /** Whether one address may not have all connections of the node. */
    boolean isShared() {
        return mostOfAddress > 0 && mostOfAddress < most;
    }

    void check(String key) {
        check(key, most);
        check(key + "-per-ip", mostOfAddress);
    }

    private static void check(String key, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(key + ": " + value + " is below 0");
        }
    }
}
