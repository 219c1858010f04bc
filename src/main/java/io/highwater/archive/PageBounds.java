package io.highwater.archive;

/**
 * How much one read may return. Immutable.
 *
 * @param entries the most entries, at least 1
 * @param bytes the most bytes of their data and texts; at least 1
 */
public record PageBounds(int entries, int bytes) {
    public PageBounds {
        if (entries < 1 || bytes < 1) {
            throw new IllegalArgumentException(
                    "a page has at least 1 entry and 1 byte, not " + entries + " and " + bytes);
        }
    }
}
