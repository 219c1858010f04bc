package io.highwater.channel;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what others wrote, and survives what it throws: a subscriber's failure is no other's. Logs
 * the first, second, fourth, eighth failure and so on, as one may come with every turn.
 * Thread-safe.
 */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private final ChannelObserver observer;
    private final AtomicLong count = new AtomicLong();

    Failures(ChannelObserver observer) {
        this.observer = observer;
    }

    void onFailure(String what, String channel, Throwable failure) {
        long number = count.incrementAndGet();
        try {
            observer.onFailure();
        } catch (RuntimeException | Error e) {
            LOG.debug("the observer of failures failed", e);
        }
        if (Long.bitCount(number) == 1) {
            LOG.error(
                    "{} of channel {} failed ({} failures so far)", what, channel, number, failure);
        }
    }
}
