package io.highwater.archive;

import io.highwater.backbone.BackboneStartException;
import io.highwater.backbone.Entry;
import io.highwater.backbone.UnavailableException;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What was published, kept for a retention time. Thread-safe. No method blocks; a stage may
 * complete on any thread, at once or later, but within bounded time: if the archive cannot be
 * reached, or is asked more than it can answer in time, it fails with {@link UnavailableException}.
 *
 * <p>The entries of a channel and an origin have one order: by generation, then by channelSequence.
 * An entry whose append has completed is in every answer to a later question. Retention drops whole
 * entries, the oldest first, so what is kept of a channel normally has no holes; {@link
 * Entry#follows} lets the reader check that it has none.
 *
 * <p>{@link #tops} and {@link #find} are asked while a publication waits, so they do not queue up
 * behind reads.
 */
public interface Archive extends AutoCloseable {
    /**
     * Called once, before any other method. Completes when entries can be written and read; fails
     * with {@link BackboneStartException} if an operator has to act first.
     */
    CompletionStage<@Nullable Void> start();

    /**
     * Takes the lease of a shard: no two open writers write the same shard of one origin, on this
     * or another node. Fails with {@link UnavailableException} while another one has the lease.
     *
     * @param shard from 0 on; the shards of an origin number the same for the life of the archive
     */
    CompletionStage<ArchiveWriter> writer(String origin, int shard);

    /**
     * Reads the entries of a channel after a position, oldest first.
     *
     * @param after need not be the position of an entry; null reads from the oldest entry kept
     */
    CompletionStage<ArchivePage> readAfter(
            String channel, String origin, @Nullable Position after, PageBounds bounds);

    /**
     * Reads the entries of a channel before a position, newest first.
     *
     * @param before need not be the position of an entry; null reads from the newest entry
     */
    CompletionStage<ArchivePage> readBefore(
            String channel, String origin, @Nullable Position before, PageBounds bounds);

    /**
     * The position of the last entry kept whose {@code wallMillis} is before an instant; null if
     * there is none. If the clock was set back in between, it is the position of some entry of the
     * time in question.
     */
    CompletionStage<@Nullable Position> at(String channel, String origin, Instant instant);

    /**
     * The last position of a channel in each origin; null if nothing is known of the channel. It is
     * known for as long as the shard's writer is in the generation of that position, even if all
     * entries of the channel were dropped: so no position is ever used twice.
     */
    CompletionStage<@Nullable Cursor> tops(String channel);

    /**
     * The position of a message that was archived within the last 5 minutes; null if there is none.
     * Older messages may be found too.
     */
    CompletionStage<@Nullable Position> find(String channel, String publisher, String msgId);

    /** What was archived and appended later than this was not dropped. */
    Instant keptSince();

    /** Whether entries can be written and read now. */
    ArchiveHealth health();

    /** Ends everything, after what was handed over was written; blocks for a bounded time. */
    @Override
    void close();
}
