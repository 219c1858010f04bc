package io.highwater.backbone.redis;

import java.util.concurrent.atomic.AtomicLong;

/** Adds up what a node's log tells. Thread-safe. */
final class CountingObserver implements RedisObserver {
    final AtomicLong waiting = new AtomicLong();
    final AtomicLong appended = new AtomicLong();
    final AtomicLong repeats = new AtomicLong();
    final AtomicLong acknowledged = new AtomicLong();
    final AtomicLong failed = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong read = new AtomicLong();
    final AtomicLong missed = new AtomicLong();
    final AtomicLong lag = new AtomicLong();
    final AtomicLong generations = new AtomicLong();
    final AtomicLong unreadable = new AtomicLong();

    @Override
    public void onWaiting(int change) {
        waiting.addAndGet(change);
    }

    @Override
    public void onAppended(int messages, int repeated) {
        appended.addAndGet(messages);
        repeats.addAndGet(repeated);
    }

    @Override
    public void onAcknowledged(long nanos) {
        acknowledged.incrementAndGet();
    }

    @Override
    public void onFailed(int messages) {
        failed.addAndGet(messages);
    }

    @Override
    public void onRefused() {
        refused.incrementAndGet();
    }

    @Override
    public void onRead(int entries) {
        read.addAndGet(entries);
    }

    @Override
    public void onGap(long entries) {
        missed.addAndGet(entries);
    }

    @Override
    public void onLag(long change) {
        lag.addAndGet(change);
    }

    @Override
    public void onGeneration() {
        generations.incrementAndGet();
    }

    @Override
    public void onUnreadable() {
        unreadable.incrementAndGet();
    }
}
