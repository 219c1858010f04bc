package io.highwater.wire.jetty;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Times in which a thread writes to many sockets one after the other: a turn of the fan-out, a step
 * of the timers. What it writes to HTTP/2 streams between {@link #begin} and {@link #end} leaves
 * with the end, in one write a TCP connection; what is written outside of a burst leaves at once.
 *
 * <p>Thread-safe. A burst is its thread's: begun and ended there, and nothing that waits may happen
 * in between.
 */
public final class StreamBursts {
    private static final Burst[] NONE = {};

    /** The few that are open; the array is replaced under the lock and never changed. */
    private volatile Burst[] open = NONE;

    /** Within a burst of the same thread it only counts. */
    public void begin() {
        Burst burst = current();
        if (burst == null) {
            burst = new Burst();
            add(burst);
        }
        burst.depth++;
    }

    private synchronized void add(Burst burst) {
        Burst[] more = Arrays.copyOf(open, open.length + 1);
        more[open.length] = burst;
        open = more;
    }

    private synchronized void remove(Burst burst) {
        open = Arrays.stream(open).filter(other -> other != burst).toArray(Burst[]::new);
    }

    /** What was written since the outermost {@link #begin} leaves. */
    public void end() {
        Burst burst = current();
        if (burst == null) {
            throw new IllegalStateException("no burst of this thread has begun");
        }
        if (--burst.depth == 0) {
            remove(burst);
            burst.touched.forEach(StreamBatcher::flush);
        }
    }

    /** Runs something that writes to many, on this thread. */
    public void run(Runnable writing) {
        begin();
        try {
            writing.run();
        } finally {
            end();
        }
    }

    /** This thread's; null where it has begun none. */
    @Nullable Burst current() {
        // No ThreadLocal: asking one would leave an entry with every virtual thread that writes.
        for (Burst burst : open) {
            if (burst.isMine()) {
                return burst;
            }
        }
        return null;
    }

    /** Confined to its thread. */
    static final class Burst {
        private final Thread thread = Thread.currentThread();
        private final List<StreamBatcher> touched = new ArrayList<>();
        private int depth;

        /** Whether the caller is its thread; for any thread. */
        boolean isMine() {
            return thread == Thread.currentThread();
        }

        /** Flushes {@code batcher} with the end; once is enough, more does no harm. */
        void touch(StreamBatcher batcher) {
            touched.add(batcher);
        }
    }
}
