package io.highwater.backbone.redis;

/** Told of what a node's log in Redis does, on several threads at once; must not block. */
public interface RedisObserver {
    RedisObserver NONE = new RedisObserver() {};

    /**
     * Messages began to wait for their acknowledgement, or were answered.
     *
     * @param change below 0 where they were answered
     */
    default void onWaiting(int change) {}

    /** Redis answered a call that appended messages, of which some may be repeats. */
    default void onAppended(int messages, int repeats) {}

    /** A call to append messages failed, and is repeated after a pause. */
    default void onAppendRetry() {}

    /** Redis rejected a call with messages, since it belongs to a former generation. */
    default void onFenced(int messages) {}

    /** A message was acknowledged, so long after it was handed in. */
    default void onAcknowledged(long nanos) {}

    /** Messages were answered with an error: the log could not be reached for too long. */
    default void onFailed(int messages) {}

    /** A message was refused, since too many wait already. */
    default void onRefused() {}

    /** Entries came in one answer. */
    default void onRead(int entries) {}

    /** A read failed, and is repeated after a pause. */
    default void onReadRetry() {}

    /** A connection was lost, or could not be made; another attempt follows after a pause. */
    default void onReconnect() {}

    /** So many entries of a shard did not reach this node. */
    default void onGap(long entries) {}

    /**
     * A check found that the node has read further behind the end of a shard than the last one did.
     *
     * @param change in entries; below 0 where it has caught up
     */
    default void onLag(long change) {}

    /** A shard began a new generation. */
    default void onGeneration() {}

    /** Messages that may be lost with the former generation are sent again. */
    default void onResent(int messages) {}

    /** Entries that Redis had lost came from the archive. */
    default void onRecovered(int entries, boolean late) {}

    /** A write to the archive failed, and is repeated after a pause. */
    default void onArchiveRetry() {}

    /** So many entries of a shard, or more, will never be archived: Redis has dropped them. */
    default void onArchiveGap(long entries) {}

    /**
     * This node archives more shards, or fewer.
     *
     * @param change below 0 where it is fewer
     */
    default void onLeases(int change) {}

    /**
     * More shards refuse messages, or fewer, since the archive is too far behind.
     *
     * @param change below 0 where it is fewer
     */
    default void onStalled(int change) {}

    /** An entry could not be read: another version or somebody else wrote it. */
    default void onUnreadable() {}
}
