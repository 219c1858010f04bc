package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has a place in a queue: messages, or a notice where some were skipped. */
sealed interface Element permits Queued, QueuedPart, QueuedTurn, Direct, SkipNotice {
    /** Messages that count against the marks; 0 for a notice. */
    int messages();

    /** Their bytes, headers included; 0 for a notice, whose frame is made when it is written. */
    int bytes();

    /**
     * Whether the queue could drop these messages, which LATEST or DEMOTE allows: such messages
     * never end a session.
     */
    boolean isDroppable();

    /** Whether the log has these messages too. */
    default boolean isLogged() {
        return false;
    }

    /** How LATEST may drop it now; null where it may not. */
    @Nullable Droppable<?> droppable();

    /** The message that this is a part of, if it is one. */
    default @Nullable Parts parts() {
        return null;
    }

    /** What goes on the wire, if anything. Called under no lock: a notice calls its series. */
    @Nullable OutboundFrame toWrite();

    @Nullable SendCompletion completion();

    /** When the latency of the message began, if it is one of those that are timed; else 0. */
    long sampledNanos();

    /** What is kept on the heap; null for a notice. */
    @Nullable OutboundFrame frame();

    /** Adds the frames that are kept on the heap. */
    void collectFrames(Set<OutboundFrame> frames);
}
