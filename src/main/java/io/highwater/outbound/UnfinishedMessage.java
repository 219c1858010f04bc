package io.highwater.outbound;

import io.highwater.time.Timer;
import java.time.Duration;

/**
 * The message in parts whose first part has left, or is leaving, and whose last has not: until then
 * nothing but its own parts may go (RFC 6455 section 5.4). Once others wait for its end it is
 * watched, as whoever sends it may have forgotten it. Guarded by the lock of its queue.
 */
final class UnfinishedMessage extends Timer {
    /**
     * How long it may pause, counted from its last part that left. A message that nothing waits
     * behind may pause forever.
     */
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final SendQueue queue;
    private final Parts parts;

    /** When its last part left. */
    private long partNanos;

    private boolean watched;

    UnfinishedMessage(SendQueue queue, Parts parts) {
        this.queue = queue;
        this.parts = parts;
    }

    Parts parts() {
        return parts;
    }

    long partNanos() {
        return partNanos;
    }

    void partLeaves(long nowNanos) {
        partNanos = nowNanos;
    }

    boolean isWatched() {
        return watched;
    }

    /** Others wait, which they do for so long at most. */
    void watch(long sinceNanos) {
        watched = true;
        queue.route().node().wheel().schedule(this, sinceNanos + LONGEST_PAUSE.toNanos());
    }

    /** Its last part leaves, or the queue is over. */
    void end() {
        if (watched) {
            watched = false;
            queue.route().node().wheel().cancel(this);
        }
    }

    @Override
    protected void onDeadline(long nowNanos) {
        queue.route().ending().endIfUnfinished(queue, this, nowNanos);
    }
}
