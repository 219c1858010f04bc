package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.limits.Payer;
import io.highwater.protocol.Since;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The reads of a channel since its last turn. A read from before that turn must not be shared: the
 * entries of the turn would be missing between its answer and the next turn. Confined to the
 * shard's thread.
 */
final class SharedReads<F> {
    private record Question(Since since, int limit) {}

    private final String channel;
    private final History history;
    private final FrameFactory<F> frames;
    private final Map<Question, SharedRead<F>> asked = new HashMap<>();

    /** Estimated bytes made since the last {@link #takeMadeBytes}, kept as long as this object. */
    private long madeBytes;

    /** By identity: a local log returns the same object each time, and no two objects are equal. */
    private final Map<Entry, Publication<F>> recovered = new IdentityHashMap<>();

    SharedReads(String channel, History history, FrameFactory<F> frames) {
        this.channel = channel;
        this.history = history;
        this.frames = frames;
    }

    /**
     * @param payer the address that asks; the first one answers for all
     */
    SharedRead<F> ask(Since since, int limit, @Nullable Payer payer) {
        // Every other kind of read has one answer, whatever the limit.
        int most = since instanceof Since.After ? limit : 0;
        return asked.computeIfAbsent(
                new Question(since, most),
                question -> new SharedRead<>(read(since, most, payer), since, most, this));
    }

    private CompletableFuture<ReadResult> read(Since since, int limit, @Nullable Payer payer) {
        CompletionStage<ReadResult> read;
        if (since instanceof Since.After after) {
            read = history.readAfter(channel, after.cursor(), limit, payer);
        } else if (since instanceof Since.Latest) {
            read = SnapshotRead.of(history, channel, null, payer);
        } else {
            read = history.readAfter(channel, null, 0, payer);
        }
        return read.toCompletableFuture();
    }

    /** The publication of an entry. */
    Publication<F> publication(Entry entry, TurnKind kind) {
        if (kind == TurnKind.SNAPSHOT) {
            made(UndeliveredBytes.bytes(entry));
            return new Publication<>(entry, frames.snapshot(entry));
        }
        return recovered.computeIfAbsent(
                entry,
                e -> {
                    made(UndeliveredBytes.bytes(e));
                    return new Publication<>(e, frames.frame(e));
                });
    }

    void made(long bytes) {
        madeBytes += bytes;
    }

    long takeMadeBytes() {
        long taken = madeBytes;
        madeBytes = 0;
        return taken;
    }
}
