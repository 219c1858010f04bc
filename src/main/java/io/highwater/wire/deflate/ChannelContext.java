package io.highwater.wire.deflate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.wire.OutboundFrame;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a channel has sent compressed to those who get all of it. A message is compressed once for
 * these, with reference to the channel's dictionary, and once for those who have got something else
 * in between. Its bytes are shared, and so is the dictionary, among all connections of the first
 * kind.
 *
 * <p>Costs nothing until a subscriber with compression is sent a message. {@link #share} is
 * confined to the channel's thread, the rest is thread-safe.
 */
public final class ChannelContext implements AutoCloseable {
    private final PermessageDeflate node;

    /** Confined to the channel's thread. */
    private long sequence;

    /** The dictionary after the message {@link #linked}. */
    @GuardedBy("this")
    private SharedDictionary dictionary = SharedDictionary.EMPTY;

    @GuardedBy("this")
    private long linked;

    @GuardedBy("this")
    private boolean closed;

    ChannelContext(PermessageDeflate node) {
        this.node = node;
    }

    PermessageDeflate node() {
        return node;
    }

    /** The next message of the channel, so that its subscribers share what is made of it. */
    public OutboundFrame share(OutboundFrame message) {
        return message.with(new ChannelMessage(this, ++sequence));
    }

    /** The channel's dictionary before a message, and after it. */
    record Link(SharedDictionary base, SharedDictionary next) {}

    /**
     * What a message refers to. Messages that nobody needed compressed have left no trace here:
     * after those the chain begins anew, with an empty dictionary, which every peer has. A message
     * that is linked after a later one is no part of the chain.
     *
     * @param text left as it is; null where it goes as it is, and nothing will refer to it
     * @return null where the message is no part of the chain, also for want of memory: the chain
     *     then begins anew after it
     */
    synchronized @Nullable Link link(@Nullable ByteBuffer text, long at) {
        if (closed || at <= linked) {
            return null;
        }
        SharedDictionary base = at == linked + 1 ? dictionary : SharedDictionary.EMPTY;
        SharedDictionary next = text == null ? base : base.after(text);
        int growth = next.sharedBytes() - dictionary.sharedBytes();
        boolean hasRoom = growth <= 0 || node.budget().mayGrow(null);
        moveTo(hasRoom ? next : SharedDictionary.EMPTY, at);
        return hasRoom ? new Link(base, next) : null;
    }

    @GuardedBy("this")
    private void moveTo(SharedDictionary next, long at) {
        node.budget().add(null, next.sharedBytes() - dictionary.sharedBytes());
        dictionary = next;
        linked = at;
    }

    /** The channel has no subscribers any more. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            node.budget().add(null, -dictionary.sharedBytes());
        }
    }
}
