package io.highwater.wire.deflate;

/**
 * How a node compresses. Immutable.
 *
 * @param minBytes shorter messages are not compressed; 0 to 1,048,576
 * @param level zlib's effort for messages below 2 KiB, 1 to 9; larger ones get {@link #largeLevel}
 * @param heapFraction share of the heap that contexts may take. Above it none are made and idle
 *     ones are given up; above twice that share nothing is compressed; 0 to 1, and twice it must
 *     fit the account of contexts
 */
public record DeflateSettings(int minBytes, int level, double heapFraction) {
    /** From this size on the level is {@link #largeLevel}: 6 costs twice as much and gains 2 %. */
    static final int LARGE_BYTES = 2048;

    private static final int MAX_MIN_BYTES = 1 << 20;
    private static final int LARGE_LEVEL = 3;

    public DeflateSettings {
        within("min-bytes", minBytes, 0, MAX_MIN_BYTES);
        within("level", level, 1, 9);
        within("budget", heapFraction, 0, 1);
    }

    public static DeflateSettings defaults() {
        return new DeflateSettings(64, 6, 0.05);
    }

    int largeLevel() {
        return Math.min(level, LARGE_LEVEL);
    }

    private static void within(String key, double value, int min, int max) {
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException(
                    "highwater.deflate."
                            + key
                            + ": "
                            + value
                            + " is not between "
                            + min
                            + " and "
                            + max);
        }
    }
}
