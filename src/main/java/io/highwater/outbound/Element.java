package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has a place in a queue: messages, or a gap where some were. */
sealed interface Element permits Queued, QueuedPart, Direct, Gap {
    /** Messages that count against the marks; 0 of a gap. */
    int messages();

    /** Their bytes, headers included; 0 of a gap, whose frame is made when it is written. */
    int bytes();

    /** Whether the marks judge these messages as LATEST's, which never end a session. */
    boolean isDroppable();

    /** What may be dropped now; null where nothing may. */
    @Nullable Droppable<?> droppable();

    /** The message that this is a part of, if it is one. */
    default @Nullable Parts parts() {
        return null;
    }

    /** What goes on the wire, if anything. Under no lock: a gap calls its factory. */
    @Nullable OutboundFrame toWrite();

    @Nullable SendCompletion completion();

    /** When the latency of the message began, if it is one of those that are timed; else 0. */
    long sampledNanos();

    /** What is kept on the heap; null of a gap. */
    @Nullable OutboundFrame frame();

    /** Adds what is kept on the heap. */
    void collectFrames(Set<OutboundFrame> frames);
}
