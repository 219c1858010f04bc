package io.highwater.endpoint.remote;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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
 * A session's blocking remote. Its methods return when the transport has taken the message, which
 * waits in the same queue as those of the asynchronous remote. Thread-safe; parts of one message
 * must come from one thread at a time.
 *
 * <p>Between the parts of a message, or while a writer or stream is open that has already sent a
 * part, messages of other threads wait. The thread that sent the last part would wait for itself,
 * so it gets an IllegalStateException instead.
 */
public final class BasicRemote implements RemoteEndpoint.Basic {
    private final SendingSession session;
    private volatile boolean batching;

    /** The message that sendText or sendBinary sends in parts; null between messages. */
    @GuardedBy("this")
    private @Nullable OutgoingMessage partial;

    private final PartsUnderWay underWay = new PartsUnderWay();

    public BasicRemote(SendingSession session) {
        this.session = session;
    }

    PartsUnderWay underWay() {
        return underWay;
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
        OutgoingMessage message;
        synchronized (this) {
            message = partial;
            if (message == null) {
                underWay.refuseWithin(null);
                partial = message = new OutgoingMessage(session, kind);
            } else if (message.kind() != kind) {
                throw new IllegalStateException(
                        "a " + message.kind() + " message is being sent in parts");
            }
        }
        boolean over = isLast;
        try {
            if (isLast) {
                SendFuture sent = new SendFuture();
                message.last(part, sent, 0);
                sent.await();
            } else {
                message.part(part);
            }
        } catch (SlowConsumerException e) {
            over = !message.hasBegun(); // Else the part may be sent again.
            if (!over && isLast) {
                message.stays();
            }
            throw e;
        } finally {
            if (over) {
                forget(message);
            }
        }
    }

    private synchronized void forget(OutgoingMessage message) {
        if (partial == message) {
            partial = null;
        }
    }

    private void send(OutboundFrame whole) throws IOException {
        underWay.refuseWithin(null);
        SendFuture sent = new SendFuture();
        session.send(whole, sent, 0);
        sent.await();
    }

    @Override
    public void sendObject(Object data) throws IOException, EncodeException {
        underWay.refuseWithin(null);
        Remotes.sendObject(session, Remotes.notNull(data, "the object"));
    }

    @Override
    public OutputStream getSendStream() {
        underWay.refuseWithin(null);
        return new BinaryStream(session);
    }

    @Override
    public Writer getSendWriter() {
        underWay.refuseWithin(null);
        return new TextWriter(session);
    }

    /** Accepted but without effect: each message leaves as soon as the transport takes it. */
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

    /** Bypasses the queue; best effort. */
    @Override
    public void sendPing(ByteBuffer applicationData) throws IOException {
        Remotes.sendPing(session, applicationData);
    }

    /** Bypasses the queue; best effort. */
    @Override
    public void sendPong(ByteBuffer applicationData) throws IOException {
        Remotes.sendPong(session, applicationData);
    }
}
