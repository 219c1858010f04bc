package io.highwater.metrics;

import io.highwater.backbone.redis.RedisObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a node's log in Redis does. Thread-safe. */
final class RedisMetrics implements RedisObserver {
    /** From a Redis next door to the time after which a message fails. */
    private static final long[] ACKNOWLEDGE_BOUNDS_MILLIS = {
        1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500
    };

    private final LongAdder waiting = new LongAdder();
    private final LongAdder read = new LongAdder();
    private final LongAdder leases = new LongAdder();
    private final LongAdder stalled = new LongAdder();
    private final LongAdder lag = new LongAdder();
    private final Timer acknowledged;
    private final Counter repeats;
    private final Counter failed;
    private final Counter refused;
    private final Counter resent;
    private final Counter fenced;
    private final Counter appendRetries;
    private final Counter readRetries;
    private final Counter connectRetries;
    private final Counter archiveRetries;
    private final Counter missed;
    private final Counter recovered;
    private final Counter late;
    private final Counter unreadable;
    private final Counter unarchived;
    private final Counter generations;

    RedisMetrics(Meters meters) {
        meters.gauge(Metric.BACKBONE_WAITING, Tags.empty(), waiting::sum);
        meters.gauge(Metric.BACKBONE_LEASES, Tags.empty(), leases::sum);
        meters.gauge(Metric.BACKBONE_STALLED, Tags.empty(), stalled::sum);
        acknowledged = meters.histogram(Metric.BACKBONE_ACKNOWLEDGE, ACKNOWLEDGE_BOUNDS_MILLIS);
        repeats = messages(meters, "repeat");
        failed = messages(meters, "failed");
        refused = messages(meters, "refused");
        resent = messages(meters, "resent");
        fenced = messages(meters, "fenced");
        appendRetries = meters.counter(Metric.BACKBONE_RETRIES, "of", "append");
        readRetries = meters.counter(Metric.BACKBONE_RETRIES, "of", "read");
        connectRetries = meters.counter(Metric.BACKBONE_RETRIES, "of", "connect");
        archiveRetries = meters.counter(Metric.BACKBONE_RETRIES, "of", "archive");
        meters.counter(Metric.BACKBONE_ENTRIES, Tags.of("how", "read"), read);
        missed = entries(meters, "missed");
        recovered = entries(meters, "recovered");
        late = entries(meters, "late");
        unreadable = entries(meters, "unreadable");
        unarchived = entries(meters, "unarchived");
        meters.gauge(Metric.BACKBONE_LAG, Tags.empty(), lag::sum);
        generations = meters.counter(Metric.BACKBONE_GENERATIONS);
    }

    private static Counter messages(Meters meters, String outcome) {
        return meters.counter(Metric.BACKBONE_MESSAGES, "outcome", outcome);
    }

    private static Counter entries(Meters meters, String how) {
        return meters.counter(Metric.BACKBONE_ENTRIES, "how", how);
    }

    @Override
    public void onWaiting(int change) {
        waiting.add(change);
    }

    @Override
    public void onAppended(int messages, int repeated) {
        repeats.increment(repeated);
    }

    @Override
    public void onAppendRetry() {
        appendRetries.increment();
    }

    @Override
    public void onFenced(int messages) {
        fenced.increment(messages);
    }

    @Override
    public void onAcknowledged(long nanos) {
        acknowledged.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void onFailed(int messages) {
        failed.increment(messages);
    }

    @Override
    public void onRefused() {
        refused.increment();
    }

    @Override
    public void onRead(int entries) {
        read.add(entries);
    }

    @Override
    public void onReadRetry() {
        readRetries.increment();
    }

    @Override
    public void onReconnect() {
        connectRetries.increment();
    }

    @Override
    public void onGap(long entries) {
        missed.increment((double) entries);
    }

    @Override
    public void onLag(long change) {
        lag.add(change);
    }

    @Override
    public void onGeneration() {
        generations.increment();
    }

    @Override
    public void onResent(int messages) {
        resent.increment(messages);
    }

    @Override
    public void onRecovered(int entries, boolean afterItsTurn) {
        (afterItsTurn ? late : recovered).increment(entries);
    }

    @Override
    public void onArchiveRetry() {
        archiveRetries.increment();
    }

    @Override
    public void onArchiveGap(long entries) {
        unarchived.increment((double) entries);
    }

    @Override
    public void onLeases(int change) {
        leases.add(change);
    }

    @Override
    public void onStalled(int change) {
        stalled.add(change);
    }

    @Override
    public void onUnreadable() {
        unreadable.increment();
    }
}
