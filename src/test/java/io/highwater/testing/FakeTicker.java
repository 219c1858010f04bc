package io.highwater.testing;

import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.time.Duration;

/** Time that is moved by hand. Thread-safe; moved by one thread. */
public final class FakeTicker implements Ticker {
    private volatile long nanos;

    public FakeTicker() {
        this(1_000_000_007L);
    }

    public FakeTicker(long startNanos) {
        nanos = startNanos;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    public void advance(Duration by) {
        nanos += by.toNanos();
    }

    /** Moves by {@code by} in steps of 50 ms, as the timer thread does, and fires what is due. */
    public void advance(Duration by, TimerWheel wheel) {
        long step = Duration.ofMillis(50).toNanos();
        long end = nanos + by.toNanos();
        while (end - nanos > 0) {
            nanos += Math.min(step, end - nanos);
            wheel.advance(nanos);
        }
    }
}
