package io.highwater.backbone.archived;

import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Appended;
import io.highwater.backbone.Level;
import io.highwater.backbone.memory.MemoryChannel;
import io.highwater.backbone.ring.MessageKey;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An entry that has its position and is not known to be archived yet. It stays until it is: the
 * archive may have it although a write failed. Guarded by the shard's lock.
 */
final class Pending {
    /** One publisher that waits. */
    record Answer(String publisher, CompletableFuture<Appended> future, Appended appended) {
        void complete() {
            future.complete(appended);
        }
    }

    final ArchivedEntry archived;
    final MessageKey key;
    final MemoryChannel channel;
    final @Nullable Payer payer;
    final long bytes;
    final long sinceNanos;

    /** Those that are answered once it is archived, in this order; empty if they gave up. */
    private List<Answer> answers = new ArrayList<>(1);

    Pending(ArchivedEntry archived, MessageKey key, MemoryChannel channel, Waiting waiting) {
        this.archived = archived;
        this.key = key;
        this.channel = channel;
        this.payer = waiting.draft().payer();
        this.bytes = waiting.bytes();
        this.sinceNanos = waiting.sinceNanos();
        answers.add(answer(waiting, position(), false));
    }

    Position position() {
        return archived.entry().position();
    }

    /** Whether it is the first entry of the shard in its generation. */
    boolean beginsGeneration() {
        return position().shardSequence() == 1;
    }

    /**
     * Answers a repeat, of this or of an earlier message of the channel, after all answers before
     * it.
     */
    void answerAfter(Waiting repeat, Position first) {
        answers.add(answer(repeat, first, true));
    }

    private static Answer answer(Waiting waiting, Position first, boolean duplicate) {
        return new Answer(
                waiting.draft().publisher(),
                waiting.future(),
                new Appended(first, Level.DURABLE, duplicate));
    }

    boolean isAwaited() {
        return !answers.isEmpty();
    }

    List<Answer> takeAnswers() {
        List<Answer> taken = answers;
        answers = new ArrayList<>(0);
        return taken;
    }
}
