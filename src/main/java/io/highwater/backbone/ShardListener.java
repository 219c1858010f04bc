package io.highwater.backbone;

/**
 * Hears all entries of a shard, one at a time and in order, on whatever thread has them. It must
 * not block. What it throws is logged, and the entry that it could not take is told as a gap.
 */
public interface ShardListener {
    /** The next entry of the shard, or one that is {@link Entry#late}. */
    void onEntry(ShardPosition position, Entry entry);

    /**
     * Entries did not come to this node: those after {@code from}, up to and with {@code to}. What
     * comes next follows {@code to}.
     */
    void onGap(ShardPosition from, ShardPosition to);

    /**
     * The log was begun anew: what comes next follows {@code base}, the place before the first
     * entry of the new generation. What still comes of the one before is late.
     *
     * @param last the last entry of the generation before that the log still has, or that the
     *     listener said it has
     */
    void onGeneration(ShardPosition last, ShardPosition base);
}
