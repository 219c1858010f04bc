package io.highwater.wire.engine;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.limits.Payer;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Route;
import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import io.highwater.wire.Wire;
import io.highwater.wire.WireAcceptor;
import io.highwater.wire.WireActivity;
import io.highwater.wire.WireExtension;
import io.highwater.wire.WireListener;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The engine of one WebSocket: RFC 6455 between a {@link Transport} and a {@link WireListener}.
 * Thread-safe.
 *
 * <p>A serial run does the reading and makes all callbacks except onWritable; {@link WireWriter}
 * does the writing. This is the last of the layers that the package lists. Each layer is a subject
 * of its own, but all of them are one object, because an object costs 16 bytes and a node may have
 * a million wires.
 */
public final class WireConnection extends Step implements Wire, WireActivity, Transport.Events {
    private final WireListener listener;

    /**
     * The decision's lease is given back once, when the transport is over.
     *
     * @param payer the client's address
     * @param extension the extension that the answer agrees on, if any; not shared with other wires
     */
    public WireConnection(
            WireContext context,
            Transport transport,
            Route route,
            UpgradeRequest request,
            UpgradeDecision.Accepted decision,
            Payer payer,
            @Nullable WireExtension extension,
            WireAcceptor.ResponseHeaders headers) {
        super(context, route, transport, payer, extension, decision.lease());
        if (extension != null) {
            extension.attach(this);
        }
        this.listener = route.acceptor().accept(this, request, decision, headers);
    }

    @Override
    WireListener listener() {
        return listener;
    }

    // The transport's events; SessionEnd handles its end.

    @Override
    public void onOpened(ByteBuffer early) {
        boolean came = early.hasRemaining();
        prefill(early);
        observe(() -> context.observer().onOpened(transport.kind()));
        boolean waits;
        boolean idle;
        synchronized (this) {
            move(Event.UPGRADED);
            // Most likely nothing more has come yet. To ask later, from the executor, would mean
            // waking the transport's thread.
            waits = isOpen() && !came;
            if (waits) {
                readNothing();
            }
            idle = takeParked();
        }
        try {
            if (waits) {
                awaitMore();
            }
        } catch (RuntimeException | Error e) {
            failOpening(e);
        } finally {
            if (idle) {
                start();
            }
        }
    }

    @Override
    public void onReadable() {
        synchronized (this) {
            readAgain();
            lookWhileCalling();
            if (!takeParked()) {
                return;
            }
        }
        start();
    }

    /** An exception here ends only this session: the transport tells other sessions next. */
    @Override
    public void onWritten() {
        try {
            writer.onWritten();
        } catch (RuntimeException | Error e) {
            failElsewhere(e);
        }
    }

    // The verbs that write.

    @Override
    public boolean write(OutboundFrame frame) {
        return writer.write(frame);
    }

    @Override
    public int ownFormBytes() {
        return writer.ownFormBytes();
    }

    @Override
    public void control(Control kind, ByteBuffer payload) {
        switch (kind) {
            case KEEPALIVE_PING ->
                    writer.control(
                            WireWriter.Kind.KEEPALIVE_PING, ControlFrame.of(Opcode.PING, payload));
            case PING ->
                    writer.control(WireWriter.Kind.PING, ControlFrame.of(Opcode.PING, payload));
            case PONG ->
                    writer.control(WireWriter.Kind.PONG, ControlFrame.of(Opcode.PONG, payload));
        }
    }

    // What it is.

    @Override
    public TransportKind kind() {
        return transport.kind();
    }

    @Override
    public @Nullable SocketAddress peer() {
        return transport.peer();
    }

    @Override
    public String remoteAddress() {
        return Wire.super.remoteAddress();
    }

    @Override
    public String extensions() {
        return extension == null ? "" : extension.answer();
    }

    // Activity on the wire; Inbound knows what comes in.

    @Override
    public WireActivity activity() {
        return this;
    }

    @Override
    public long pingWrittenNanos() {
        return writer.pingWrittenNanos();
    }

    @Override
    public boolean isPingPending() {
        return writer.isPingPending();
    }

    @Override
    public boolean isPingFollowed() {
        return writer.isPingFollowed();
    }

    @Override
    public boolean isWritePending() {
        return writer.isPending();
    }

    @Override
    public long writePendingSinceNanos() {
        return writer.pendingSinceNanos();
    }
}
