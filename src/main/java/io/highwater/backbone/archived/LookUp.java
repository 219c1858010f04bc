package io.highwater.backbone.archived;

import io.highwater.backbone.memory.MemoryChannel;
import io.highwater.protocol.Position;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Drafts of one channel that wait for the archive to say where the channel ended, or whether they
 * are repeats. They are handled in their order. Guarded by the shard's lock.
 */
final class LookUp {
    /** A draft, and the answer to whether it is a repeat. */
    static final class Asked {
        final Waiting waiting;

        private boolean answered;
        private @Nullable Position first;

        Asked(Waiting waiting) {
            this.waiting = waiting;
        }

        /**
         * @param found the position of the first such message; null if there was none
         */
        void answer(@Nullable Position found) {
            answered = true;
            first = found;
        }

        @Nullable Position first() {
            return first;
        }
    }

    final MemoryChannel channel;
    private final ArrayDeque<Asked> queue = new ArrayDeque<>();

    LookUp(MemoryChannel channel) {
        this.channel = channel;
    }

    Asked add(Waiting waiting) {
        Asked asked = new Asked(waiting);
        queue.add(asked);
        return asked;
    }

    int size() {
        return queue.size();
    }

    /** When the oldest draft came; only if there is one. */
    long sinceNanos() {
        return queue.element().waiting.sinceNanos();
    }

    /** The next draft if it can be handled now, otherwise null. */
    @Nullable Asked poll() {
        Asked next = queue.peek();
        return next == null || !next.answered || !channel.isTopKnown() ? null : queue.poll();
    }

    /** Any draft that is left, or null. */
    @Nullable Waiting drop() {
        Asked next = queue.poll();
        return next == null ? null : next.waiting;
    }
}
