package io.highwater.node.drain;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When the clients of a node that stops come back: at random within twice the drain window, at
 * least two seconds, so that the other nodes are not met by all of them at once. Immutable.
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
