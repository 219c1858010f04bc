package io.highwater.outbound;

import java.util.Arrays;

/**
 * How deep the queues of a node are, in messages, over all its connections. Immutable. It keeps the
 * depth of each queue that holds something, so nobody should keep it for long.
 */
public final class DepthSnapshot {
    /** The depths of the queues that hold something, sorted. */
    private final int[] ascending;

    /** All connections: those beyond the depths above have an empty queue. */
    private final long connections;

    private DepthSnapshot(int[] ascending, long connections) {
        this.ascending = ascending;
        // A queue may have been counted whose connection has ended meanwhile.
        this.connections = Math.max(connections, ascending.length);
    }

    /**
     * @param ascending the depths of the queues that hold something, sorted; not to be changed
     * @param connections all connections of the node: the others have an empty queue
     */
    static DepthSnapshot of(int[] ascending, long connections) {
        return new DepthSnapshot(ascending, connections);
    }

    /** 95 of 100 connections have at most this many messages queued. */
    public int p95() {
        return percentile(95);
    }

    /** 99 of 100 connections have at most this many messages queued. */
    public int p99() {
        return percentile(99);
    }

    /** The deepest queue. */
    public int max() {
        return percentile(100);
    }

    /** By nearest rank. */
    private int percentile(int percent) {
        long above = connections - (connections * percent + 99) / 100;
        return above < ascending.length ? ascending[(int) (ascending.length - 1 - above)] : 0;
    }

    /**
     * Connections by their depth.
     *
     * @param bounds ascending, from 0 on
     * @return how many are at most as deep as each bound and deeper than the one before it; last,
     *     how many are deeper than all
     */
    public long[] between(int... bounds) {
        long[] counts = new long[bounds.length + 1];
        int bound = 0;
        for (int depth : ascending) {
            while (bound < bounds.length && depth > bounds[bound]) {
                bound++;
            }
            counts[bound]++;
        }
        counts[0] += connections - ascending.length;
        return counts;
    }

    /** The messages of all queues together. */
    public long messages() {
        return Arrays.stream(ascending).asLongStream().sum();
    }

    @Override
    public String toString() {
        return "p95 " + p95() + ", p99 " + p99() + ", max " + max() + " of " + connections;
    }
}
