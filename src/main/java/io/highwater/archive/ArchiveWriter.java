package io.highwater.archive;

import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Writes one shard, for as long as it has the shard's lease. Callers make one call at a time and
 * need not wait for one stage before the next call: calls take effect, and their stages complete,
 * in the order in which they were made. No method but {@link #close} blocks.
 *
 * <p>A call that fails with {@link UnavailableException} may have taken effect or not. All calls
 * that were made after it fail too, until the caller hands over again what follows the {@link
 * #watermark}. A call that fails with {@link LeaseLostException} had no effect, and no later one
 * will have any: the caller closes this writer and asks for another.
 */
public interface ArchiveWriter extends AutoCloseable {
    /**
     * The last archived entry of the shard, or the base of its generation if it has none in it;
     * null for a new shard. Everything up to here is archived.
     */
    @Nullable ShardPosition watermark();

    /**
     * The log of the shard goes on after another position than the watermark: it starts over in a
     * new generation, or entries are missing for good. Moves the watermark to {@code base}; does
     * nothing if it is there or further.
     */
    CompletionStage<@Nullable Void> begin(ShardPosition base);

    /**
     * Archives entries, and moves the watermark to the last, in one step: after a crash either all
     * are there or none. Completes when no crash of this node can lose them.
     *
     * <p>The same entries may be archived again, which changes nothing. Entries at or before the
     * watermark (repeats, and those that are {@link io.highwater.backbone.Entry#late}) are added if
     * they are missing. The others must follow the watermark, or what was handed over last, without
     * a gap in the shardSequence; otherwise the call fails with {@link UnavailableException} and
     * has no effect.
     *
     * @param entries of this shard and origin, in the order of the shard; the first of a channel in
     *     a generation names the channel's {@code previous} position if it has one
     */
    CompletionStage<@Nullable Void> append(List<ArchivedEntry> entries);

    /**
     * Gives the lease back, after what was handed over was written. Does not block if the lease is
     * lost.
     */
    @Override
    void close();
}
