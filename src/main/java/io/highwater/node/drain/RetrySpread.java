package io.highwater.node.drain;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When the clients of a stopping node come back: at a random time within twice the drain window,
 * and within two seconds at least, so that they do not all reach the other nodes at once.
 * Immutable.
 *
 * @param window the drain window
 */
public record RetrySpread(Duration window) {
    private static final long LEAST_MILLIS = 2_000;

    public Duration next() {
        long most = Math.max(LEAST_MILLIS, 2 * window.toMillis());
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most));
    }
}
