package io.highwater.archive.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.UnavailableException;
import io.highwater.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written, in the order in which it came, bounded in bytes. Any thread offers; one
 * takes. Thread-safe.
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
     * @param change told by how much the number of those grew that wait or are being written; below
     *     0 where it fell; must not throw
     */
    public WorkQueue(long maxBytes, Ticker ticker, IntConsumer change) {
        this.maxBytes = maxBytes;
        this.ticker = ticker;
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
            for (W next = waiting.peek(); next != null; next = waiting.peek()) {
                size += next.bytes();
                if (size > WRITE_BYTES && !taken.isEmpty()) {
                    break;
                }
                taken.add(waiting.remove());
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

    /** The stages of work that was taken are complete. */
    public void release(List<W> done) {
        synchronized (lock) {
            for (W work : done) {
                bytes -= work.bytes();
            }
        }
        change.accept(-done.size());
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
