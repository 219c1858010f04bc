package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.List;

/**
 * The messages that one turn of a fan-out sends to each of its subscribers: made once and shared by
 * all. Where the wire takes it, they leave as one frame in one write. Immutable.
 *
 * @param joined the frames of all parts, one behind the other; of a single part that very frame
 * @param parts at least one, in the order they are sent
 * @param sinceNanos from when on the messages' latency counts, of the node's Ticker: the append of
 *     the first
 */
public record OutboundTurn<P>(OutboundFrame joined, List<OutboundPart<P>> parts, long sinceNanos) {
    public OutboundTurn {
        parts = List.copyOf(parts);
    }

    /** Joins the parts' frames: a copy, unless it is one. */
    public static <P> OutboundTurn<P> of(List<OutboundPart<P>> parts, long sinceNanos) {
        OutboundFrame joined =
                parts.size() == 1
                        ? parts.get(0).frame()
                        : OutboundFrame.join(parts.stream().map(OutboundPart::frame).toList());
        return new OutboundTurn<>(joined, parts, sinceNanos);
    }
}
