package io.highwater.channel;

import io.highwater.backbone.UnavailableException;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.ResumeFailure;

/** The answer to a subscribe. Immutable. */
public sealed interface SubscribeOutcome {
    String channel();

    /** The one given to {@link ChannelHub#subscribe}. */
    int requestId();

    /**
     * What was asked for comes next, followed by everything published after {@code cursor}.
     *
     * @param cursor the channel's last position per origin; the subscriber is served up to here
     *     once it has what it asked for
     */
    record Recovered(String channel, int requestId, Cursor cursor) implements SubscribeOutcome {}

    /** Nothing that was missed comes, only what is published after {@code cursor}. */
    record NotRecovered(String channel, int requestId, ResumeFailure reason, Cursor cursor)
            implements SubscribeOutcome {}

    /**
     * The channel is ephemeral: what is published from now on comes.
     *
     * @param asked whether the subscriber asked for what was published before, which nobody has
     */
    record Unkept(String channel, int requestId, boolean asked) implements SubscribeOutcome {}

    /** There is no subscription. */
    record Failed(String channel, int requestId, UnavailableException cause)
            implements SubscribeOutcome {}
}
