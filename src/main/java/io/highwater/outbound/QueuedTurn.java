package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A turn that waits as a whole. If the log has its messages too, it can be given up as a whole.
 * Immutable.
 *
 * @param frame of all its messages
 * @param messages how many it has
 * @param sampledNanos when its latency began, if it is one of those that are timed; else 0
 * @param series null where it may not be given up
 * @param first position of the first message
 * @param last of the last one
 */
record QueuedTurn<P>(
        OutboundFrame frame,
        int messages,
        @Nullable SendCompletion completion,
        long sampledNanos,
        @Nullable LogSeries<P> series,
        P first,
        P last)
        implements Element {
    static <P> QueuedTurn<P> of(
            OutboundTurn<P> turn,
            @Nullable SendCompletion completion,
            long sampledNanos,
            @Nullable LogSeries<P> series) {
        return new QueuedTurn<>(
                turn.joined(),
                turn.messages().size(),
                completion,
                sampledNanos,
                series,
                turn.messages().get(0).position(),
                turn.messages().get(turn.messages().size() - 1).position());
    }

    /** Tells the series that this is given up; under the queue's lock. */
    void cut() {
        if (series != null) {
            series.cut(first, last);
        }
    }

    @Override
    public int bytes() {
        return frame.bytes();
    }

    /** What can be given up gives way to all other messages, so it never ends a session. */
    @Override
    public boolean isDroppable() {
        return series != null;
    }

    @Override
    public boolean isLogged() {
        return series != null;
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
