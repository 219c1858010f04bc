package io.highwater.channel;

import io.highwater.log.LogLimit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports exceptions that foreign code threw, so that one subscriber's failure does not affect the
 * others. Counts each, and logs one per minute, since one may come with every turn. Thread-safe.
 */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private final ChannelObserver observer;
    private final LogLimit logs;

    Failures(ChannelObserver observer, LogLimit logs) {
        this.observer = observer;
        this.logs = logs;
    }

    void onFailure(String what, String channel, Throwable failure) {
        try {
            observer.onFailure();
        } catch (RuntimeException | Error e) {
            logs.untold("channels", e);
        }
        try {
            logs.failure(LOG.atError(), "channel_failed")
                    .addKeyValue("what", what)
                    .addKeyValue("channel", channel)
                    .setCause(failure)
                    .log("channel_failed");
        } catch (RuntimeException | Error e) {
            // It cannot be reported, and the other subscribers must still be served.
        }
    }
}
