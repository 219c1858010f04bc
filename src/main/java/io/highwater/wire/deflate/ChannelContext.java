package io.highwater.wire.deflate;

import io.highwater.wire.OutboundFrame;

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

    /**
     * Tells a message what it refers to. Messages that nobody needed compressed have left no trace
     * here: after those the chain begins anew, with an empty tail, which every peer has. One that
     * comes after its successors is no part of the chain.
     */
    synchronized void link(SharedMessage message, long at) {
        if (closed || at <= linked) {
            return;
        }
        message.linked(at == linked + 1 ? tail : Tail.EMPTY);
        Tail next = message.next();
        if (next != null) {
            node.budget().add(next.length() - tail.length());
            tail = next;
        }
        linked = at;
    }

    /** The channel has no subscribers any more. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            node.budget().add(-tail.length());
        }
    }
}
