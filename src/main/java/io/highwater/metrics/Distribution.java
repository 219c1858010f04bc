package io.highwater.metrics;

/** How values are spread now, by the bounds of a gauge histogram. Immutable. */
final class Distribution {
    private final long[] counts;
    private final double sum;

    /**
     * @param counts values up to each bound and above the one before it, then those above all; not
     *     to be changed
     */
    Distribution(long[] counts, double sum) {
        this.counts = counts;
        this.sum = sum;
    }

    /** Not to be changed. */
    long[] counts() {
        return counts;
    }

    double sum() {
        return sum;
    }
}
