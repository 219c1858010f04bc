package io.highwater.metrics;

import io.highwater.archive.ArchiveObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a node's archive does. Thread-safe. */
final class ArchiveMetrics implements ArchiveObserver {
    /** From a fast disk to the time after which a publication fails. */
    private static final long[] WRITE_BOUNDS_MILLIS = {
        1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500
    };

    /** From a cached block to a crowd of clients that come back. */
    private static final long[] READ_BOUNDS_MILLIS = {1, 5, 10, 50, 100, 500, 1_000, 5_000};

    private final LongAdder waiting = new LongAdder();
    private final LongAdder entries = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final Timer writes;
    private final Timer watermarkAge;
    private final Timer reads;
    private final Counter writeFailures;
    private final Counter readFailures;
    private final Counter unreachable;
    private final Counter leasesLost;
    private final Counter lost;
    private final Counter dropped;

    ArchiveMetrics(Meters meters) {
        meters.gauge(Metric.ARCHIVE_WAITING, Tags.empty(), waiting::sum);
        writes = meters.histogram(Metric.ARCHIVE_WRITE, WRITE_BOUNDS_MILLIS);
        watermarkAge = meters.histogram(Metric.ARCHIVE_WATERMARK_AGE, WRITE_BOUNDS_MILLIS);
        meters.counter(Metric.ARCHIVE_ENTRIES, Tags.empty(), entries);
        meters.counter(Metric.ARCHIVE_BYTES, Tags.empty(), bytes);
        reads = meters.histogram(Metric.ARCHIVE_READ, READ_BOUNDS_MILLIS);
        writeFailures = failures(meters, "write");
        readFailures = failures(meters, "read");
        unreachable = failures(meters, "connect");
        leasesLost = failures(meters, "lease");
        lost = meters.counter(Metric.ARCHIVE_LOST);
        dropped = meters.counter(Metric.ARCHIVE_DROPPED);
    }

    private static Counter failures(Meters meters, String of) {
        return meters.counter(Metric.ARCHIVE_FAILURES, "of", of);
    }

    @Override
    public void onWaiting(int change) {
        waiting.add(change);
    }

    @Override
    public void onWritten(int entries, long bytes, long nanos, long oldestNanos) {
        this.entries.add(entries);
        this.bytes.add(bytes);
        writes.record(nanos, TimeUnit.NANOSECONDS);
        watermarkAge.record(oldestNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void onWriteFailed() {
        writeFailures.increment();
    }

    @Override
    public void onRead(long nanos) {
        reads.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void onReadFailed() {
        readFailures.increment();
    }

    @Override
    public void onUnreachable() {
        unreachable.increment();
    }

    @Override
    public void onLeaseLost() {
        leasesLost.increment();
    }

    @Override
    public void onLost(long entries) {
        lost.increment((double) entries);
    }

    @Override
    public void onDropped() {
        dropped.increment();
    }
}
