package io.highwater.node.drain;

import java.time.Duration;

/**
 * The timing of a drain: sessions are closed evenly over a window, and then the drain waits for
 * those that have not answered. Pure arithmetic on the times it is given. Immutable.
 *
 * @param sessions number of sessions when the drain began
 * @param startNanos when it began
 * @param windowNanos the time over which they are closed; 0 closes all at once
 * @param patienceNanos how long the session closed last may take to end
 */
record DrainPlan(int sessions, long startNanos, long windowNanos, long patienceNanos) {
    /** Extra time in which the sessions' own close deadlines take effect on stuck sessions. */
    static final Duration DEADLINES = Duration.ofSeconds(1);

    static DrainPlan of(int sessions, long startNanos, Duration window, Duration closeTimeout) {
        return new DrainPlan(
                sessions, startNanos, window.toNanos(), closeTimeout.plus(DEADLINES).toNanos());
    }

    /** How many sessions are to be closed by now: from one at the start up to all. */
    int due(long nowNanos) {
        long elapsed = nowNanos - startNanos;
        if (elapsed >= windowNanos) {
            return sessions;
        }
        return Math.min(sessions, (int) (sessions * ((double) elapsed / windowNanos)) + 1);
    }

    /**
     * Whether the sessions still open have had their time.
     *
     * @param lastNanos when the last session was closed
     */
    boolean isOver(long lastNanos, long nowNanos) {
        return nowNanos - lastNanos >= patienceNanos;
    }
}
