package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A message or a whole turn that went to the wire past the queue, and is in flight. Immutable.
 *
 * @param messages how many messages {@code frame} holds
 * @param hold what could have become of them, had they waited
 * @param sampledNanos when their latency began, if it is one of those that are timed; else 0
 */
record Direct(
        OutboundFrame frame,
        int messages,
        Hold hold,
        @Nullable SendCompletion completion,
        long sampledNanos)
        implements Element {
    @Override
    public int bytes() {
        return frame.bytes();
    }

    @Override
    public boolean isDroppable() {
        return hold != Hold.KEPT;
    }

    @Override
    public boolean isLogged() {
        return hold == Hold.LOGGED;
    }

    @Override
    public @Nullable Droppable<?> droppable() {
        return null;
    }

    @Override
    public OutboundFrame toWrite() {
        return frame;
    }

    @Override
    public void collectFrames(Set<OutboundFrame> frames) {
        frames.add(frame);
    }
}
