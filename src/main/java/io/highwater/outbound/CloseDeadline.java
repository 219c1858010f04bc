package io.highwater.outbound;

import io.highwater.time.Timer;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Wire;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the Close of a closing queue will say, and when it goes whatever still waits before it.
 * Thread-safe.
 */
final class CloseDeadline extends Timer {
    private final SendQueue queue;
    private final CloseStatus status;

    /** Null where the peer is to answer the Close. */
    private final @Nullable Duration linger;

    CloseDeadline(SendQueue queue, CloseStatus status, @Nullable Duration linger) {
        this.queue = queue;
        this.status = status;
        this.linger = linger;
    }

    boolean givesUp() {
        return linger != null;
    }

    /** What was queued has left. */
    void end(Wire wire) {
        if (linger == null) {
            wire.close(status);
        } else {
            wire.fail(status, linger);
        }
    }

    @Override
    protected void onDeadline(long nowNanos) {
        Duration left = linger == null ? Duration.ZERO : linger;
        queue.route().ending().closeNow(queue, status, left);
    }
}
