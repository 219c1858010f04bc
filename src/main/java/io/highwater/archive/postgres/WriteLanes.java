package io.highwater.archive.postgres;

/** How many transactions are written at once: which shard goes to which lane. Stateless. */
final class WriteLanes {
    static final int COUNT = 2;

    private WriteLanes() {}

    static int laneOf(int shard) {
        return shard % COUNT;
    }
}
