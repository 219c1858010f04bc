package io.highwater.testing;

import io.highwater.archive.ArchiveObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Remembers what an archive tells. Thread-safe. */
public final class RecordingArchiveObserver implements ArchiveObserver {
    /** One write. */
    public record Written(int entries, long bytes, long nanos, long oldestNanos) {}

    public final AtomicInteger waiting = new AtomicInteger();
    public final List<Written> written = new CopyOnWriteArrayList<>();
    public final AtomicInteger failedWrites = new AtomicInteger();
    public final AtomicInteger reads = new AtomicInteger();
    public final AtomicInteger failedReads = new AtomicInteger();
    public final AtomicInteger dropped = new AtomicInteger();
    public final AtomicInteger leasesLost = new AtomicInteger();
    public final AtomicInteger unreachable = new AtomicInteger();

    /** Whether each call is to throw, once it is remembered. */
    public volatile boolean throwing;

    private void end() {
        if (throwing) {
            throw new IllegalStateException("expected by the test");
        }
    }

    @Override
    public void onWaiting(int change) {
        waiting.addAndGet(change);
        end();
    }

    @Override
    public void onWritten(int entries, long bytes, long nanos, long oldestNanos) {
        written.add(new Written(entries, bytes, nanos, oldestNanos));
        end();
    }

    @Override
    public void onWriteFailed() {
        failedWrites.incrementAndGet();
        end();
    }

    @Override
    public void onRead(long nanos) {
        reads.incrementAndGet();
        end();
    }

    @Override
    public void onReadFailed() {
        failedReads.incrementAndGet();
        end();
    }

    @Override
    public void onLeaseLost() {
        leasesLost.incrementAndGet();
        end();
    }

    @Override
    public void onUnreachable() {
        unreachable.incrementAndGet();
        end();
    }

    @Override
    public void onDropped() {
        dropped.incrementAndGet();
        end();
    }
}
