package io.highwater.outbound;

/**
 * How deep the queues of a node are, in messages, over all its connections. Immutable.
 *
 * @param p95 95 of 100 connections have at most this many messages queued
 * @param p99 the same of 99
 * @param max the deepest queue
 */
public record DepthSnapshot(int p95, int p99, int max) {
    /**
     * @param ascending the depths of the queues that hold something, sorted
     * @param connections all of them; the rest is empty
     */
    static DepthSnapshot of(int[] ascending, long connections) {
        return new DepthSnapshot(
                percentile(ascending, connections, 95),
                percentile(ascending, connections, 99),
                percentile(ascending, connections, 100));
    }

    /** By nearest rank. */
    private static int percentile(int[] ascending, long connections, int percent) {
        // A queue may have been counted whose connection is counted no more.
        long all = Math.max(connections, ascending.length);
        long above = all - (all * percent + 99) / 100;
        return above < ascending.length ? ascending[(int) (ascending.length - 1 - above)] : 0;
    }
}
