package io.highwater.backbone.redis;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.limits.HeapBytes;
import io.highwater.protocol.Position;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A message until it is acknowledged. Confined to its shard's loop, except the answer. */
final class Waiting {
    /** This object, its answer with what depends on it, its places in the queue and a map. */
    private static final int FIXED_BYTES = 300;

    final Draft draft;

    /** The key in Redis that remembers the message. */
    final String remembered;

    /** It is not appended to an older generation. */
    final long leastGeneration;

    final long sinceNanos;
    final CompletableFuture<Appended> answer = new CompletableFuture<>();

    /** Where Redis says it is; null until it has said so. */
    @Nullable Position position;

    /** It was there before the call that asked. */
    boolean found;

    boolean duplicate;

    /** A call with it may have been carried out although no answer came. */
    boolean resent;

    /** It was answered, though a call with it may still be under way. */
    boolean over;

    Waiting(Draft draft, String remembered, long leastGeneration, long nowNanos) {
        this.draft = draft;
        this.remembered = remembered;
        this.leastGeneration = leastGeneration;
        this.sinceNanos = nowNanos;
    }

    /** Heap that a message takes while it waits. */
    static long bytes(Draft draft) {
        String key = draft.key();
        return FIXED_BYTES
                + HeapBytes.ofArray(draft.data().length)
                + HeapBytes.of(draft.channel())
                + HeapBytes.of(draft.publisher())
                + HeapBytes.of(draft.msgId())
                + (key == null ? 0 : HeapBytes.of(key));
    }

    /** Messages of one publisher to one channel, whose order is kept. Immutable. */
    record Flow(String publisher, String channel) {}

    Flow flow() {
        return new Flow(draft.publisher(), draft.channel());
    }

    /** What makes a message a repeat of another. Immutable. */
    record Name(String publisher, String channel, String msgId) {}

    Name name() {
        return new Name(draft.publisher(), draft.channel(), draft.msgId());
    }
}
