package io.highwater.backbone;

/**
 * Receives all entries of a shard, one at a time and in order, on any thread. It must not block.
 * What it throws is logged, and the entry that it failed to take is reported to it as a gap.
 */
public interface ShardListener {
    /** The next entry of the shard, or one that is {@link Entry#late}. */
    void onEntry(ShardPosition position, Entry entry);

    /**
     * The entries after {@code from}, up to and including {@code to}, did not reach this node. The
     * next entry follows {@code to}.
     */
    void onGap(ShardPosition from, ShardPosition to);

    /**
     * The log started over: the next entry follows {@code base}, the place before the first entry
     * of the new generation. Entries of the former generation that still come are late.
     *
     * @param last the last entry of the former generation that the log still has, or that the
     *     listener said it has
     */
    void onGeneration(ShardPosition last, ShardPosition base);
}
