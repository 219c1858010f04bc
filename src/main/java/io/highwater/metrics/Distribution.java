package io.highwater.metrics;

/** Counts of the current values in the buckets of a gauge histogram. Immutable. */
final class Distribution {
    private final long[] counts;
    private final double sum;

    /**
     * @param counts the number of values up to each bound and above the one before it, and last the
     *     number above all bounds; must not be changed
     */
    Distribution(long[] counts, double sum) {
        this.counts = counts;
        this.sum = sum;
    }

    /** The array must not be changed. */
    long[] counts() {
        return counts;
    }

    double sum() {
        return sum;
    }
}
