package io.highwater.archive.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.UnavailableException;
import io.highwater.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written, in the order in which it came, bounded in bytes, until its stages are
 * complete. Any thread offers; one takes. Thread-safe.
 */
public final class WorkQueue<W extends Work> {
    /** Waiting and being written; whoever publishes keeps the same entries until then. */
    public static final long MAX_BYTES = 8 << 20;

    /** What one write holds at most, unless a single call has more. */
    private static final long WRITE_BYTES = 1 << 20;

    public static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration RETRY_WHEN_CROWDED = Duration.ofMillis(100);

    private final long maxBytes;
    private final Ticker ticker;
    private final Executor completing;
    private final IntConsumer change;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final ArrayDeque<W> waiting = new ArrayDeque<>();

    @GuardedBy("lock")
    private long bytes;

    /** Why nothing is taken at present; null while it is. */
    @GuardedBy("lock")
    private @Nullable String shut = "the archive has not started";

    @GuardedBy("lock")
    private boolean ended;

    /**
     * @param maxBytes waiting and being written, unless a single call has more
     * @param completing runs tasks one at a time and in order; it completes the stages
     * @param change told by how much the number of those grew that wait or are being written; below
     *     0 where it fell; must not throw
     */
    public WorkQueue(long maxBytes, Ticker ticker, Executor completing, IntConsumer change) {
        this.maxBytes = maxBytes;
        this.ticker = ticker;
        this.completing = completing;
        this.change = change;
    }

    /**
     * Adds work.
     *
     * @return null; or why there is no place for it
     */
    public @Nullable UnavailableException offer(W work) {
        synchronized (lock) {
            if (shut != null) {
                return new UnavailableException(shut, RETRY_AFTER);
            }
            if (bytes > 0 && bytes + work.bytes() > maxBytes) {
                return new UnavailableException(
                        "the archive is slower than what is published: "
                                + bytes
                                + " bytes wait to be written",
                        RETRY_WHEN_CROWDED);
            }
            bytes += work.bytes();
            work.offered(ticker.nanoTime());
            waiting.add(work);
            lock.notifyAll();
        }
        change.accept(1);
        return null;
    }

    /** Waits for work and takes as much as one write may hold. Empty if there will be none. */
    public List<W> take() throws InterruptedException {
        synchronized (lock) {
            while (waiting.isEmpty() && !ended) {
                lock.wait();
            }
            List<W> taken = new ArrayList<>();
            long size = 0;
            for (W next : waiting) {
                size += next.bytes();
                if (size > WRITE_BYTES && !taken.isEmpty()) {
                    break;
                }
                taken.add(next);
            }
            // Nothing that could fail comes between: what is removed is returned.
            for (int i = taken.size(); i > 0; i--) {
                waiting.remove();
            }
            return taken;
        }
    }

    /** From now on nothing is taken; returns what waits. */
    public List<W> shut(String why) {
        synchronized (lock) {
            if (!ended) {
                shut = why;
            }
            List<W> all = new ArrayList<>(waiting);
            waiting.clear();
            return all;
        }
    }

    /** From now on work is taken. Whatever was done before is visible to who takes it. */
    public void open() {
        synchronized (lock) {
            if (!ended) {
                shut = null;
            }
        }
    }

    /**
     * The same, once the stages are complete that are to be completed until now: whoever makes the
     * next call knows of those that failed.
     */
    public void openBehindStages() {
        behindStages(this::open);
    }

    /** Completes the stages of work that was taken. Those that are complete already stay so. */
    public void complete(List<W> done) {
        behindStages(() -> completeAll(done));
    }

    private void completeAll(List<W> done) {
        int count = 0;
        long freed = 0;
        try {
            for (W work : done) {
                if (work.complete()) {
                    count++;
                    freed += work.bytes();
                }
            }
        } finally {
            synchronized (lock) {
                bytes -= freed;
            }
            change.accept(-count);
        }
    }

    /** Runs a task after all that was to be completed before. */
    void behindStages(Runnable task) {
        try {
            completing.execute(task);
        } catch (RuntimeException | Error e) {
            // No thread can be started for it, so none has anything to complete before this.
            task.run();
        }
    }

    /** Nothing is added any more; what waits is still taken. */
    public void end() {
        synchronized (lock) {
            ended = true;
            shut = "the archive is closed";
            lock.notifyAll();
        }
    }
}
