package io.highwater.node.drain;

import io.highwater.time.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for sessions that were reset: their last callbacks need their beans. Stateless. */
public final class SessionsEnd {
    /** How long to wait for a callback that blocks; after that its beans end under it. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(SessionsEnd.class);
    private static final long STEP_MILLIS = 2;

    private SessionsEnd() {}

    /**
     * Returns when no session is left, or after {@link #PATIENCE}, which it then logs.
     *
     * @param left number of sessions whose callbacks are still to come
     */
    public static void await(IntSupplier left, Ticker ticker) {
        long start = ticker.nanoTime();
        try {
            while (left.getAsInt() > 0) {
                if (ticker.nanoTime() - start > PATIENCE.toNanos()) {
                    LOG.atWarn().addKeyValue("sessions", left.getAsInt()).log("callbacks_left");
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
