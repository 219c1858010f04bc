package io.highwater.outbound;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One writer's way through what waits: what it writes next, and what it gathers under the lock to
 * tell when it holds none. Confined to the writer.
 */
final class Drain {
    private final SendQueue queue;
    private final List<Element> written;
    private final List<Element> lost = new ArrayList<>(0);
    private final List<CompletableFuture<@Nullable Void>> writable = new ArrayList<>(0);

    /** What the queue held when it ended, a Close being next. */
    private @Nullable QueueContents ended;

    /**
     * @param written what has left before
     */
    Drain(SendQueue queue, List<Element> written) {
        this.queue = queue;
        this.written = new ArrayList<>(written);
    }

    /** What the writer writes next. Null where it is the writer no more. */
    @Nullable InFlight next() {
        synchronized (queue) {
            QueueContents now = queue.contents;
            if (now != null && !now.level().isAboveLow()) {
                writable.addAll(now.level().takeUntilWritable());
            }
            if (queue.state == WriterState.ENDED) {
                return null;
            }
            if (now != null && now.hasMessages()) {
                return now.takeNext(queue, queue.nowNanos());
            }
            if (now != null && now.closing() != null) {
                ended = queue.end();
                return null;
            }
            queue.state = WriterState.IDLE;
            if (now != null) {
                now.watchIfOthersWait(queue.nowNanos());
            }
            queue.letGo();
            return null;
        }
    }

    /**
     * The same after the writer has written {@code before}; {@code taken} is what the wire said.
     */
    @Nullable InFlight nextAfter(InFlight before, boolean taken) {
        synchronized (queue) {
            if (queue.state == WriterState.ENDED) {
                (taken ? written : lost).addAll(before.elements());
                return null;
            }
            if (!taken && queue.state != WriterState.WRITABLE_EARLY) {
                queue.state = WriterState.FULL;
                return null;
            }
            queue.state = WriterState.WRITING;
            written.addAll(queue.removeInFlight().elements());
            return next();
        }
    }

    /** Null unless a Close is now to go, behind the last message. */
    @Nullable QueueContents ended() {
        return ended;
    }

    /** What the transport has taken. */
    List<Element> written() {
        return written;
    }

    /** What was being written when the queue ended. */
    List<Element> lost() {
        return lost;
    }

    /** Those that waited until the queue is writable. */
    List<CompletableFuture<@Nullable Void>> writable() {
        return writable;
    }
}
