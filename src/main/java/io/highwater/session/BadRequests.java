package io.highwater.session;

import java.time.Duration;

/** Times of one client's latest bad requests. Confined to the session's run. */
final class BadRequests {
    /** This many bad requests within the window end the session (docs/protocol.md rule 11). */
    private static final int MOST = 20;

    private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();

    /** Times of the latest bad requests; a new one overwrites the oldest. */
    private final long[] times = new long[MOST];

    private long count;

    /** Records a bad request. Returns whether the limit is reached and the session must end. */
    boolean add(long nowNanos) {
        times[(int) (count++ % MOST)] = nowNanos;
        long oldest = times[(int) (count % MOST)];
        return count >= MOST && nowNanos - oldest <= WINDOW_NANOS;
    }
}
