package io.highwater.wire.deflate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.limits.Payer;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.ProtocolViolation;
import io.highwater.wire.Wire;
import io.highwater.wire.WireExtension;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * permessage-deflate on one wire. Where every message stands alone, nothing else is kept, however
 * many were sent and received. Thread-safe as {@link WireExtension} asks.
 */
final class DeflateExtension extends Sender implements WireExtension {
    /** Set before anything passes; null where no wire is to be ended. */
    private @Nullable Wire wire;

    /** Null while there is nothing to remember. */
    @GuardedBy("this")
    private @Nullable Receiver receiver;

    DeflateExtension(PermessageDeflate node, Agreement agreement) {
        super(node, agreement);
    }

    @Override
    public void attach(Wire wire) {
        this.wire = wire;
        if (agreement.keepsAll()) {
            node.budget().promise(wire.payer());
        }
    }

    @Override
    @Nullable Payer payer() {
        Wire attached = wire;
        return attached == null ? null : attached.payer();
    }

    @Override
    public String answer() {
        return agreement.answer();
    }

    @Override
    public OutboundFrame outgoing(OutboundFrame frame) {
        return hasEnded() ? frame : send(frame);
    }

    @Override
    public ByteBuffer incoming(ByteBuffer payload, long maxBytes) throws ProtocolViolation {
        Receiver receiving = receiver();
        ByteBuffer message = receiving.receive(payload, maxBytes);
        forgetIfAtRest(receiving);
        return message;
    }

    private synchronized Receiver receiver() {
        Receiver present = receiver;
        if (present == null) {
            present = new Receiver(node, agreement, wire);
            if (hasEnded()) {
                present.close();
            } else {
                receiver = present;
            }
        }
        return present;
    }

    private synchronized void forgetIfAtRest(Receiver receiving) {
        if (receiver == receiving && receiving.isAtRest()) {
            receiver = null;
        }
    }

    /** Called by one thread at a time. */
    @Override
    public void close() {
        Wire attached = wire;
        if (attached != null && !hasEnded() && agreement.keepsAll()) {
            node.budget().withdraw(attached.payer());
        }
        end();
        Receiver receiving;
        synchronized (this) {
            receiving = receiver;
            receiver = null;
        }
        if (receiving != null) {
            receiving.close();
        }
    }
}
