package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads the newest entry of each key, backwards from the newest entry: all that the ring has, and
 * then, if that is not the whole log, as many pages from behind it as make 1,000 entries or 1 MiB
 * together. Confined to one read; its pages come one after the other.
 */
final class SnapshotRead {
    private static final int MOST_ENTRIES = 1_000;
    private static final long MOST_BYTES = 1 << 20;

    private final History history;
    private final String channel;
    private final @Nullable Cursor until;
    private final @Nullable Payer payer;
    private final Set<@Nullable String> keys = new HashSet<>();

    /** Newest first. */
    private final List<Entry> newest = new ArrayList<>();

    private @Nullable Cursor top;
    private int entries;
    private long bytes;

    private SnapshotRead(
            History history, String channel, @Nullable Cursor until, @Nullable Payer payer) {
        this.history = history;
        this.channel = channel;
        this.until = until;
        this.payer = payer;
    }

    /**
     * The newest entry of each key, oldest first; all entries without a key count as one key.
     *
     * @param until how far the entries up to here reach back; null for all
     */
    static CompletionStage<ReadResult> of(
            History history, String channel, @Nullable Cursor until, @Nullable Payer payer) {
        return new SnapshotRead(history, channel, until, payer).readOn(null);
    }

    private CompletionStage<ReadResult> readOn(@Nullable Cursor before) {
        return history.readBefore(channel, before, Integer.MAX_VALUE, payer)
                .thenCompose(this::take);
    }

    private CompletionStage<ReadResult> take(ReadResult read) {
        if (read instanceof Unreadable) {
            return CompletableFuture.completedFuture(read);
        }
        Slice slice = (Slice) read;
        Cursor first = top == null ? slice.top() : top;
        top = first;
        for (Entry entry : slice.entries()) {
            if (keys.add(entry.key())) {
                newest.add(entry);
            }
            if (until == null || until.covers(entry.position())) {
                entries++;
                bytes += UndeliveredBytes.bytes(entry);
            }
        }
        if (slice.complete()
                || slice.entries().isEmpty()
                || entries >= MOST_ENTRIES
                || bytes >= MOST_BYTES) {
            Collections.reverse(newest);
            return CompletableFuture.completedFuture(new Slice(newest, 0, first));
        }
        return readOn(slice.entries().get(slice.entries().size() - 1).position());
    }
}
