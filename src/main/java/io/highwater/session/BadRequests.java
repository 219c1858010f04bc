package io.highwater.session;

import java.time.Duration;

/** The last bad requests of one client. Confined to the session's run. */
final class BadRequests {
    /** So many within the window end the session (docs/protocol.md rule 11). */
    private static final int MOST = 20;

    private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();

    /** When the last ones came; the oldest is overwritten. */
    private final long[] times = new long[MOST];

    private long count;

    /** Whether this one is one too many. */
    boolean add(long nowNanos) {
        times[(int) (count++ % MOST)] = nowNanos;
        long oldest = times[(int) (count % MOST)];
        return count >= MOST && nowNanos - oldest <= WINDOW_NANOS;
    }
}
