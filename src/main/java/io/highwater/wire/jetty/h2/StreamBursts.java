package io.highwater.wire.jetty.h2;

import io.highwater.log.LogLimit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Periods in which a thread writes to many sockets one after the other: a turn of the fan-out, a
 * step of the timers. What the thread writes to HTTP/2 streams between {@link #begin} and {@link
 * #end} leaves at the end, in one write per TCP connection; what is written outside of a burst
 * leaves at once.
 *
 * <p>Thread-safe. A burst belongs to its thread: it begins and ends there, and nothing that waits
 * may happen in between.
 */
public final class StreamBursts {
    private static final Logger LOG = LoggerFactory.getLogger(StreamBursts.class);

    /** With a full batch each, 32 MiB of buffers. */
    private static final int MAX_CONNECTIONS = 1_024;

    private static final Burst[] NONE = {};

    private final int maxConnections;
    private final LogLimit logs;

    /** The few that are open; the array is replaced under the lock and never changed. */
    private volatile Burst[] open = NONE;

    /**
     * @param logs limits the lines about connections whose batch fails
     */
    public StreamBursts(LogLimit logs) {
        this(MAX_CONNECTIONS, logs);
    }

    /**
     * @param maxConnections a burst that has written to this many sends all of it before its end
     */
    StreamBursts(int maxConnections, LogLimit logs) {
        this.maxConnections = maxConnections;
        this.logs = logs;
    }

    /** Within a burst of the same thread, this only counts how deep it is. */
    public void begin() {
        Burst burst = current();
        if (burst == null) {
            burst = new Burst(maxConnections, logs);
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
            burst.flush();
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

    /** This thread's burst; null if it has begun none. */
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
        private final int maxConnections;
        private final LogLimit logs;
        private List<StreamBatcher> touched = new ArrayList<>();
        private int depth;

        private Burst(int maxConnections, LogLimit logs) {
            this.maxConnections = maxConnections;
            this.logs = logs;
        }

        /** Whether the caller is its thread; any thread may ask. */
        boolean isMine() {
            return thread == Thread.currentThread();
        }

        /** Has {@code batcher} flushed at the end, or before. */
        void touch(StreamBatcher batcher) {
            touched.add(batcher);
        }

        /** Limits what waits for the end. */
        void flushIfFull() {
            if (touched.size() >= maxConnections) {
                flush();
            }
        }

        private void flush() {
            List<StreamBatcher> flushed = touched;
            touched = new ArrayList<>();
            flushed.forEach(this::flush);
        }

        /** An exception from one connection does not affect the next. */
        private void flush(StreamBatcher batcher) {
            try {
                batcher.flush();
            } catch (RuntimeException | Error e) {
                logs.say(LOG, Level.ERROR, "batch_failed", e);
            }
        }
    }
}
