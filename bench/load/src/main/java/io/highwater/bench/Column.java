package io.highwater.bench;

/**
 * A figure as a table shows it. Immutable.
 *
 * @param figure its name in {@link Figures}
 * @param divisor what it is divided by: 1, or 1e6 for MB
 */
record Column(String figure, String head, double divisor) {
    Column(String figure, String head) {
        this(figure, head, 1);
    }
}
