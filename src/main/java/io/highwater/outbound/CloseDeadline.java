package io.highwater.outbound;

import io.highwater.time.Timer;
import io.highwater.wire.CloseStatus;

/** A closing queue: what the Close will say, and when it goes no matter what waits. Thread-safe. */
final class CloseDeadline extends Timer {
    private final SendQueue queue;
    private final CloseStatus status;

    CloseDeadline(SendQueue queue, CloseStatus status) {
        this.queue = queue;
        this.status = status;
    }

    CloseStatus status() {
        return status;
    }

    @Override
    protected void onDeadline(long nowNanos) {
        queue.closeNow(status);
    }
}
