package io.highwater.node.drain;

import java.time.Duration;

/**
 * What of a drain is due when: sessions are closed evenly over a window, and those that do not
 * answer are waited for. Arithmetic on the time that it is handed. Immutable.
 *
 * @param sessions how many there were when it began
 * @param startNanos when it began
 * @param windowNanos over which they are closed; 0 is at once
 * @param patienceNanos how long the last to be closed may take to end
 */
record DrainPlan(int sessions, long startNanos, long windowNanos, long patienceNanos) {
    /** The sessions' own close deadlines end what is stuck, and have this long to show. */
    static final Duration DEADLINES = Duration.ofSeconds(1);

    static DrainPlan of(int sessions, long startNanos, Duration window, Duration closeTimeout) {
        return new DrainPlan(
                sessions, startNanos, window.toNanos(), closeTimeout.plus(DEADLINES).toNanos());
    }

    /** How many of them are to be closed by now, from the first at the start to all. */
    int due(long nowNanos) {
        long elapsed = nowNanos - startNanos;
        if (elapsed >= windowNanos) {
            return sessions;
        }
        return Math.min(sessions, (int) (sessions * ((double) elapsed / windowNanos)) + 1);
    }

    /**
     * Whether those that are still open have had their time.
     *
     * @param lastNanos when the last was closed
     */
    boolean isOver(long lastNanos, long nowNanos) {
        return nowNanos - lastNanos >= patienceNanos;
    }
}
