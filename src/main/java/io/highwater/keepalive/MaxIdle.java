package io.highwater.keepalive;

import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Wire;

/**
 * Ends a session in which no message passes, for those sessions that ask for it. The session calls
 * {@link #onMessage} for each message in either direction, and when it demands the next; a call
 * costs two volatile accesses. Thread-safe.
 */
public final class MaxIdle extends Timer {
    // 1001 as with every idle session: see Keepalive.
    private static final CloseStatus IDLE = new CloseStatus(CloseStatus.GOING_AWAY, "idle timeout");

    private final Wire wire;
    private final TimerWheel wheel;
    private final long maxIdleNanos;

    /** By the wheel's coarse clock; written by any thread, the last write wins. */
    private volatile long lastMessageNanos;

    private volatile boolean stopped;

    MaxIdle(Wire wire, TimerWheel wheel, long maxIdleNanos) {
        this.wire = wire;
        this.wheel = wheel;
        this.maxIdleNanos = maxIdleNanos;
    }

    void start(long nowNanos) {
        lastMessageNanos = nowNanos;
        schedule(nowNanos + maxIdleNanos);
    }

    /** A message came or went, or the callback that worked on it is done. */
    public void onMessage() {
        lastMessageNanos = wheel.nowNanos();
    }

    /** The session is over, or wants another timeout. */
    public void stop() {
        stopped = true;
        wheel.cancel(this);
    }

    @Override
    protected void onDeadline(long nowNanos) {
        if (stopped) {
            return;
        }
        // While a callback works on the last message, the session is not idle.
        long active = wire.activity().isDemandWithheld() ? nowNanos : lastMessageNanos;
        if (nowNanos - active >= maxIdleNanos) {
            wire.close(IDLE);
        } else {
            schedule(active + maxIdleNanos);
        }
    }

    private void schedule(long deadlineNanos) {
        wheel.schedule(this, deadlineNanos);
        if (stopped) {
            wheel.cancel(this);
        }
    }
}
