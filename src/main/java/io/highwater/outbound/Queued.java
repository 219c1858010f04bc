package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One message that waits. Immutable.
 *
 * @param sampledNanos when its latency began, if it is one of those that are timed; else 0
 * @param droppable null where LATEST must keep it
 */
record Queued(
        OutboundFrame frame,
        @Nullable SendCompletion completion,
        long sampledNanos,
        @Nullable Droppable<?> droppable)
        implements Element {
    @Override
    public int messages() {
        return 1;
    }

    @Override
    public int bytes() {
        return frame.bytes();
    }

    @Override
    public boolean isDroppable() {
        return droppable != null;
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
