package io.highwater.channel;

import io.highwater.backbone.UnavailableException;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.ResumeFailure;

/** The answer to a subscribe. Immutable. */
public sealed interface SubscribeOutcome {
    String channel();

    /** As it was given to {@link ChannelHub#subscribe}. */
    int requestId();

    /**
     * What was asked for comes next, then what is published after {@code cursor}.
     *
     * @param cursor the channel's last position an origin, up to which the subscriber is served
     *     once it has what was asked for
     */
    record Recovered(String channel, int requestId, Cursor cursor) implements SubscribeOutcome {}

    /** Nothing of what was missed comes; what is published after {@code cursor} does. */
    record NotRecovered(String channel, int requestId, ResumeFailure reason, Cursor cursor)
            implements SubscribeOutcome {}

    /** There is no subscription. */
    record Failed(String channel, int requestId, UnavailableException cause)
            implements SubscribeOutcome {}
}
