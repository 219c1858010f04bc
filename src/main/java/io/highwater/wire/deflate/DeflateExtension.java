package io.highwater.wire.deflate;

import io.highwater.wire.OutboundFrame;
import io.highwater.wire.ProtocolViolation;
import io.highwater.wire.WireExtension;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * permessage-deflate on one wire: two references, until a first message is compressed in either
 * direction. Thread-safe as {@link WireExtension} asks.
 */
final class DeflateExtension implements WireExtension {
    private final PermessageDeflate node;
    private final Agreement agreement;

    /** Written under this, by the writer of the wire or the end. */
    private volatile @Nullable Sender sender;

    /** Guarded by this, like the flag. */
    private @Nullable Receiver receiver;

    private boolean closed;

    DeflateExtension(PermessageDeflate node, Agreement agreement) {
        this.node = node;
        this.agreement = agreement;
    }

    @Override
    public String answer() {
        return agreement.answer();
    }

    @Override
    public OutboundFrame outgoing(OutboundFrame frame) {
        Sender present = sender;
        if (present == null) {
            present = firstSender();
        }
        return present == null ? frame : present.send(frame);
    }

    @Override
    public ByteBuffer incoming(ByteBuffer payload, long maxBytes) throws ProtocolViolation {
        return receiver().receive(payload, maxBytes);
    }

    /** Null once the wire is over. */
    private synchronized @Nullable Sender firstSender() {
        if (!closed) {
            sender = new Sender(node, agreement);
        }
        return sender;
    }

    private synchronized Receiver receiver() {
        if (receiver == null) {
            receiver = new Receiver(node, agreement);
        }
        return receiver;
    }

    @Override
    public void close() {
        Sender sending;
        Receiver receiving;
        synchronized (this) {
            closed = true;
            sending = sender;
            sender = null;
            receiving = receiver;
            receiver = null;
        }
        if (sending != null) {
            sending.close();
        }
        if (receiving != null) {
            receiving.close();
        }
    }
}
