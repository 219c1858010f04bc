package io.highwater.backbone.archived;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.limits.HeapBytes;
import java.util.concurrent.CompletableFuture;

/** A draft that has no position yet. Immutable. */
record Waiting(Draft draft, CompletableFuture<Appended> future, long sinceNanos) {
    /** The draft, its entry and position, its place in the queues, and its future. */
    private static final int FIXED_BYTES = 400;

    /** Heap that it takes until it is archived; always the same value. */
    long bytes() {
        String key = draft.key();
        return FIXED_BYTES
                + HeapBytes.ofArray(draft.data().length)
                + HeapBytes.of(draft.msgId())
                + (key == null ? 0 : HeapBytes.of(key));
    }
}
