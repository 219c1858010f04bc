package io.highwater.endpoint;

import io.highwater.outbound.SlowConsumerException;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import jakarta.websocket.EncodeException;
import jakarta.websocket.RemoteEndpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A session's blocking remote: returns when the transport has taken the message, which waits in the
 * same queue as the asynchronous remote's. Thread-safe; parts of one message come from one thread
 * at a time.
 */
final class BasicRemote implements RemoteEndpoint.Basic {
    private final EndpointSession session;
    private volatile boolean batching;

    /** Guarded by this: of the message whose parts are being sent; null between messages. */
    private @Nullable Opcode parts;

    BasicRemote(EndpointSession session) {
        this.session = session;
    }

    @Override
    public void sendText(String text) throws IOException {
        send(OutboundFrame.text(Remotes.notNull(text, "the text")));
    }

    @Override
    public void sendBinary(ByteBuffer data) throws IOException {
        send(OutboundFrame.binary(Remotes.notNull(data, "the data")));
    }

    @Override
    public void sendText(String part, boolean isLast) throws IOException {
        ByteBuffer utf8 = StandardCharsets.UTF_8.encode(Remotes.notNull(part, "the text"));
        sendPart(Opcode.TEXT, utf8, isLast);
    }

    @Override
    public void sendBinary(ByteBuffer part, boolean isLast) throws IOException {
        sendPart(Opcode.BINARY, Remotes.notNull(part, "the data"), isLast);
    }

    private void sendPart(Opcode kind, ByteBuffer part, boolean isLast) throws IOException {
        Opcode opcode;
        synchronized (this) {
            if (parts != null && parts != kind) {
                throw inParts(parts);
            }
            opcode = parts == null ? kind : Opcode.CONTINUATION;
            parts = isLast ? null : kind;
        }
        OutboundFrame.Fin fin = isLast ? OutboundFrame.Fin.LAST : OutboundFrame.Fin.MORE;
        try {
            await(OutboundFrame.fragment(opcode, fin, part));
        } catch (SlowConsumerException e) {
            beginAnew(opcode);
            throw e;
        }
    }

    /** A first part that was refused began nothing. */
    private synchronized void beginAnew(Opcode refused) {
        if (refused != Opcode.CONTINUATION) {
            parts = null;
        }
    }

    private void send(OutboundFrame whole) throws IOException {
        refuseInParts();
        await(whole);
    }

    private void await(OutboundFrame frame) throws IOException {
        SendFuture sent = new SendFuture();
        session.send(frame, sent, 0);
        sent.await();
    }

    @Override
    public void sendObject(Object data) throws IOException, EncodeException {
        refuseInParts();
        SendFuture sent = new SendFuture();
        Remotes.sendObject(session, Remotes.notNull(data, "the object"), sent, 0);
        sent.await();
    }

    @Override
    public OutputStream getSendStream() {
        refuseInParts();
        return Remotes.outputStream(session);
    }

    @Override
    public Writer getSendWriter() {
        refuseInParts();
        return Remotes.writer(session);
    }

    private synchronized void refuseInParts() {
        if (parts != null) {
            throw inParts(parts);
        }
    }

    private static IllegalStateException inParts(Opcode kind) {
        return new IllegalStateException(
                "a " + kind + " message is being sent in parts; its last one comes first");
    }

    /** Accepted and without effect: what is sent leaves as soon as the transport takes it. */
    @Override
    public void setBatchingAllowed(boolean allowed) throws IOException {
        Remotes.checkOpen(session);
        batching = allowed;
    }

    @Override
    public boolean getBatchingAllowed() {
        return batching;
    }

    @Override
    public void flushBatch() throws IOException {}

    /** Goes past the queue; best effort. */
    @Override
    public void sendPing(ByteBuffer applicationData) throws IOException {
        Remotes.sendPing(session, applicationData);
    }

    /** Goes past the queue; best effort. */
    @Override
    public void sendPong(ByteBuffer applicationData) throws IOException {
        Remotes.sendPong(session, applicationData);
    }
}
