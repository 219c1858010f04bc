package io.highwater.outbound;

import io.highwater.time.Timer;
import java.time.Duration;

/** Others wait for the end of a message in parts, and whoever sends it may have forgotten it. */
final class UnfinishedMessage extends Timer {
    /** From its last part that left. A message that nobody waits behind may take for ever. */
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final SendQueue queue;

    UnfinishedMessage(SendQueue queue) {
        this.queue = queue;
    }

    @Override
    protected void onDeadline(long nowNanos) {
        queue.endIfUnfinished(this, nowNanos);
    }
}
