package io.highwater.archive.queue;

import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Entry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Something that was handed over to be written, with the stage that tells how it went. Passed from
 * the caller's thread to the one that writes, and then to the one that completes stages.
 */
public abstract class Work {
    /** What an entry takes beside its data, roughly: its texts, and the objects that hold it. */
    private static final int ENTRY_BYTES = 250;

    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    private final long bytes;

    /** Set by the thread that writes. */
    private @Nullable Exception refusal;

    /** Set by the queue. */
    private long sinceNanos;

    /**
     * @param bytes what it keeps of the heap, roughly
     */
    protected Work(long bytes) {
        this.bytes = bytes;
    }

    /** What entries keep of the heap, roughly. */
    public static long bytesOf(List<ArchivedEntry> entries) {
        long bytes = ENTRY_BYTES;
        for (ArchivedEntry archived : entries) {
            Entry entry = archived.entry();
            bytes += entry.data().length + ENTRY_BYTES;
        }
        return bytes;
    }

    public final long bytes() {
        return bytes;
    }

    public final CompletableFuture<@Nullable Void> done() {
        return done;
    }

    /** It was handed over now. */
    final void offered(long nowNanos) {
        sinceNanos = nowNanos;
    }

    /** When it was handed over, by the node's Ticker. */
    public final long sinceNanos() {
        return sinceNanos;
    }

    /** It will not be written. */
    public final void refuse(Exception why) {
        refusal = why;
    }

    public final boolean isRefused() {
        return refusal != null;
    }

    /** Completes the stage, after the write that it was in; false if it was complete. */
    final boolean complete() {
        return refusal == null ? done.complete(null) : done.completeExceptionally(refusal);
    }
}
