package io.highwater.channel;

import io.highwater.backbone.Position;
import io.highwater.backbone.UnavailableException;
import java.util.Map;

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
    record Recovered(String channel, int requestId, Map<String, Position> cursor)
            implements SubscribeOutcome {}

    /** Nothing of what was missed comes; what is published after {@code cursor} does. */
    record NotRecovered(String channel, int requestId, Reason reason, Map<String, Position> cursor)
            implements SubscribeOutcome {}

    /** There is no subscription. */
    record Failed(String channel, int requestId, UnavailableException cause)
            implements SubscribeOutcome {}

    /** Why what was missed cannot be had; the words of the protocol. */
    enum Reason {
        /** Some of it is no longer kept. */
        TRIMMED,

        /** The cursor is of another generation or origin. */
        UNKNOWN_GENERATION,

        /** The cursor lies beyond the channel's last position. */
        UNKNOWN_POSITION,

        /** It is more than the subscriber would take. */
        LIMIT
    }
}
