package io.highwater.publish;

import io.highwater.api.Api;

/** A subscription of the application to one channel. Thread-safe. */
@Api
public interface ChannelSubscription {
    /**
     * Asks for so many more messages. What is published in the meantime waits in the log, however
     * long that takes: as far as the log keeps it.
     *
     * @param messages at least 1; {@code Long.MAX_VALUE} asks for all
     */
    void request(long messages);

    /** No call of the listener begins any more. A second call does nothing. */
    void cancel();
}
