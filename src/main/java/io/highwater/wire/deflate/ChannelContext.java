package io.highwater.wire.deflate;

import io.highwater.wire.OutboundFrame;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a channel has sent compressed to those who get all of it. A message is compressed once for
 * these, with reference to the channel's tail, and once for those who have got something else in
 * between; its bytes are shared, and so is the tail, as the history of all connections of the first
 * kind.
 *
 * <p>Costs nothing until a subscriber with compression is sent a message. {@link #share} is
 * confined to the channel's thread, the rest is thread-safe.
 */
public final class ChannelContext implements AutoCloseable {
    private final PermessageDeflate node;

    /** Confined to the channel's thread. */
    private long sequence;

    /** Guarded by this: the tail after the message {@link #linked}. */
    private Tail tail = Tail.EMPTY;

    /** Guarded by this. */
    private long linked;

    /** Guarded by this. */
    private boolean closed;

    ChannelContext(PermessageDeflate node) {
        this.node = node;
    }

    /** The next message of the channel, so that its subscribers share what is made of it. */
    public OutboundFrame share(OutboundFrame message) {
        return message.with(new SharedMessage(node, message, this, ++sequence));
    }

    /** The tail before a message, and after it. */
    record Link(Tail base, Tail next) {}

    /**
     * What a message refers to. Messages that nobody needed compressed have left no trace here:
     * after those the chain begins anew, with an empty tail, which every peer has. One that comes
     * after its successors is no part of the chain.
     *
     * @param text left as it is; null where it goes as it is, and nothing will refer to it
     * @return null where it is no part of the chain; for want of memory, too: the chain then begins
     *     anew after it
     */
    synchronized @Nullable Link link(@Nullable ByteBuffer text, long at) {
        if (closed || at <= linked) {
            return null;
        }
        Tail base = at == linked + 1 ? tail : Tail.EMPTY;
        Tail next = text == null ? base : base.after(text);
        int growth = next.sharedBytes() - tail.sharedBytes();
        boolean hasRoom = growth <= 0 || node.budget().mayGrow(null);
        moveTo(hasRoom ? next : Tail.EMPTY, at);
        return hasRoom ? new Link(base, next) : null;
    }

    /** Caller holds this. */
    private void moveTo(Tail next, long at) {
        node.budget().add(null, next.sharedBytes() - tail.sharedBytes());
        tail = next;
        linked = at;
    }

    /** The channel has no subscribers any more. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            node.budget().add(null, -tail.sharedBytes());
        }
    }
}
