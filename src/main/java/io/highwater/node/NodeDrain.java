package io.highwater.node;

import io.highwater.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes sessions in paced batches, in a random order, and tells each client when to come back.
 * Used once, by one thread.
 */
final class NodeDrain {
    private static final Logger LOG = LoggerFactory.getLogger(NodeDrain.class);

    private static final long STEP_MILLIS = 50;

    /** The sessions' own close deadlines end what is stuck, and have this long to show. */
    private static final Duration DEADLINES = Duration.ofSeconds(1);

    private final List<SessionGroup> groups;
    private final RetrySpread spread;
    private final long windowNanos;
    private final long patienceNanos;
    private final Ticker ticker;

    /** Confined to the thread that runs it. */
    private int failures;

    NodeDrain(List<SessionGroup> groups, Duration window, Duration closeTimeout, Ticker ticker) {
        this.groups = List.copyOf(groups);
        this.spread = new RetrySpread(window);
        this.windowNanos = window.toNanos();
        this.patienceNanos = closeTimeout.plus(DEADLINES).toNanos();
        this.ticker = ticker;
    }

    /** Returns when no session is left, or when the slowest had the close timeout to answer. */
    void run() throws InterruptedException {
        closePaced();
        long last = ticker.nanoTime();
        while (open() > 0 && ticker.nanoTime() - last < patienceNanos) {
            // Whose handshake was accepted before the drain may have opened after it began; who is
            // closing already doesn't mind.
            closers().forEach(this::close);
            TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
        }
        if (failures > 1) {
            LOG.atError().addKeyValue("failures", failures).log("drain_failed");
        }
    }

    private void closePaced() throws InterruptedException {
        long start = ticker.nanoTime();
        List<Runnable> closers = closers();
        Collections.shuffle(closers);
        int closed = 0;
        while (closed < closers.size()) {
            long elapsed = ticker.nanoTime() - start;
            int due =
                    elapsed >= windowNanos
                            ? closers.size()
                            : (int) (closers.size() * ((double) elapsed / windowNanos)) + 1;
            for (; closed < Math.min(due, closers.size()); closed++) {
                close(closers.get(closed));
            }
            if (closed < closers.size()) {
                TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
            }
        }
    }

    /** What fails of one session leaves the others to be closed. */
    private void close(Runnable closer) {
        try {
            closer.run();
        } catch (RuntimeException | Error e) {
            failures++;
            if (failures == 1) {
                LOG.atError().setCause(e).log("drain_failed");
            }
        }
    }

    private int open() {
        return groups.stream().mapToInt(SessionGroup::open).sum();
    }

    private List<Runnable> closers() {
        List<Runnable> closers = new ArrayList<>();
        groups.forEach(group -> closers.addAll(group.closers(spread)));
        return closers;
    }
}
