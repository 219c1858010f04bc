package io.highwater.endpoint.remote;

import io.highwater.outbound.SendCompletion;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Wire;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Jakarta's {@code setSendTimeout}: a message that is not sent in time fails, and its session ends,
 * because a message that is half sent can't be withdrawn. The time counts from the send call, not
 * from the first byte. Thread-safe.
 */
final class SendTimeout extends Timer implements SendCompletion {
    private static final CloseStatus TIMED_OUT =
            new CloseStatus(CloseStatus.TRY_AGAIN_LATER, "send timeout");

    private final SendCompletion completion;
    private final Wire wire;
    private final TimerWheel wheel;
    private final long timeoutMillis;
    private final AtomicBoolean done = new AtomicBoolean();

    SendTimeout(SendCompletion completion, Wire wire, TimerWheel wheel, long timeoutMillis) {
        this.completion = completion;
        this.wire = wire;
        this.wheel = wheel;
        this.timeoutMillis = timeoutMillis;
    }

    void start() {
        wheel.schedule(this, wheel.nowNanos() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
    }

    @Override
    public void onWritten() {
        if (finish()) {
            completion.onWritten();
        }
    }

    @Override
    public void onFailed(Throwable cause) {
        if (finish()) {
            completion.onFailed(cause);
        }
    }

    private boolean finish() {
        wheel.cancel(this);
        return done.compareAndSet(false, true);
    }

    @Override
    protected void onDeadline(long nowNanos) {
        if (done.compareAndSet(false, true)) {
            try {
                completion.onFailed(
                        new SocketTimeoutException("not sent within " + timeoutMillis + " ms"));
            } finally {
                wire.fail(TIMED_OUT, SendingSession.LINGER);
            }
        }
    }
}
