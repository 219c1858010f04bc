package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.List;

/**
 * The messages that one turn of a fan-out sends to each of its subscribers: made once and shared by
 * all. Where the wire takes it, they leave as one frame in one write. Immutable.
 *
 * @param joined the frames of all messages, one behind the other; of a single one that very frame
 * @param messages at least one, in the order in which they are sent
 * @param sinceNanos when the messages' latency begins, of the node's Ticker: the append of the
 *     first; or {@link #UNTIMED}
 */
public record OutboundTurn<P>(
        OutboundFrame joined, List<TurnMessage<P>> messages, long sinceNanos) {
    /** For {@code sinceNanos}: what was missed says nothing of how long a message takes. */
    public static final long UNTIMED = 0;

    public OutboundTurn {
        messages = List.copyOf(messages);
    }

    /** The same for one session, whose messages share no array: one can go without the others. */
    public OutboundTurn<P> separate() {
        return of(
                messages.stream()
                        .map(
                                message ->
                                        new TurnMessage<>(
                                                message.frame().separate(),
                                                message.key(),
                                                message.position()))
                        .toList(),
                sinceNanos);
    }

    /** Joins the messages' frames: a copy, unless there is only one. */
    public static <P> OutboundTurn<P> of(List<TurnMessage<P>> messages, long sinceNanos) {
        OutboundFrame joined =
                messages.size() == 1
                        ? messages.get(0).frame()
                        : OutboundFrame.join(messages.stream().map(TurnMessage::frame).toList());
        return new OutboundTurn<>(joined, messages, sinceNanos);
    }
}
