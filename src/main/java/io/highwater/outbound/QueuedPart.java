package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A part of a message that waits. Immutable. */
record QueuedPart(
        OutboundFrame frame, Parts parts, @Nullable SendCompletion completion, long sampledNanos)
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
        return false;
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
