package io.highwater.endpoint;

import io.highwater.api.Api;
import io.highwater.api.Wiring;
import io.highwater.endpoint.remote.Remotes;
import io.highwater.endpoint.remote.SendFuture;
import io.highwater.endpoint.remote.SendingSession;
import io.highwater.endpoint.session.JakartaSession;
import io.highwater.outbound.Broadcast;
import io.highwater.outbound.OfferResult;
import io.highwater.outbound.SendCompletion;
import io.highwater.outbound.SendQueue;
import io.highwater.wire.OutboundFrame;
import jakarta.websocket.EncodeException;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A session's asynchronous remote that also shows its bounded queue: the result of each offer, how
 * much waits, and when there is room again. {@code session.getAsyncRemote()} uses the same queue.
 *
 * <p>Thread-safe. No method blocks; messages keep the order of their offers.
 */
@Api
public final class HighWaterAsync implements RemoteEndpoint.Async {
    private final SendingSession session;
    private volatile long sendTimeoutMillis;
    private volatile boolean batching;

    private HighWaterAsync(SendingSession session) {
        this.session = session;
        this.sendTimeoutMillis = session.defaultSendTimeoutMillis();
    }

    /** For the session itself, which has one instance. */
    @Wiring
    public static HighWaterAsync over(SendingSession session) {
        return new HighWaterAsync(session);
    }

    /**
     * Returns the remote of a session.
     *
     * @param session a session of an endpoint of this node; offers to one that is over return
     *     CLOSED
     */
    public static HighWaterAsync of(Session session) {
        return jakartaSession(session).async();
    }

    /** Sends one text to many sessions; it is encoded once and its bytes are shared. */
    public static Broadcast broadcastText(Iterable<? extends Session> sessions, String text) {
        return broadcast(sessions, OutboundFrame.text(text));
    }

    /** Sends one binary message to many sessions; its bytes are copied once and shared. */
    public static Broadcast broadcastBinary(
            Iterable<? extends Session> sessions, ByteBuffer payload) {
        return broadcast(sessions, OutboundFrame.binary(payload));
    }

    /**
     * Sends one text to many sessions as {@link #broadcastText(Iterable, String)} does. Under
     * LATEST it replaces the messages with the same key that still wait.
     */
    public static Broadcast broadcastText(
            Iterable<? extends Session> sessions, String text, String key) {
        return Broadcast.offer(OutboundFrame.text(text).broadcast(), key, queues(sessions));
    }

    /** The same with a binary message. */
    public static Broadcast broadcastBinary(
            Iterable<? extends Session> sessions, ByteBuffer payload, String key) {
        return Broadcast.offer(OutboundFrame.binary(payload).broadcast(), key, queues(sessions));
    }

    /** Sends one text to many sessions; it is encoded once and its bytes are shared. */
    public static Broadcast broadcastText(
            Iterable<? extends Session> sessions, String text, Compression compression) {
        return broadcast(sessions, compression.of(OutboundFrame.text(text)));
    }

    /** The same with a binary message. */
    public static Broadcast broadcastBinary(
            Iterable<? extends Session> sessions, ByteBuffer payload, Compression compression) {
        return broadcast(sessions, compression.of(OutboundFrame.binary(payload)));
    }

    private static Broadcast broadcast(Iterable<? extends Session> sessions, OutboundFrame frame) {
        return Broadcast.offer(frame.forms() == null ? frame.broadcast() : frame, queues(sessions));
    }

    private static List<SendQueue> queues(Iterable<? extends Session> sessions) {
        List<SendQueue> queues = new ArrayList<>();
        for (Session session : sessions) {
            queues.add(jakartaSession(session).sending().queue());
        }
        return queues;
    }

    private static JakartaSession jakartaSession(Session session) {
        if (session instanceof JakartaSession own) {
            return own;
        }
        throw new IllegalArgumentException(
                "not a session of an endpoint of this node: " + session.getClass().getName());
    }

    /** Offers a text message; the policy limits how many may wait. */
    public OfferResult offerText(String text) {
        return session.queue().offer(OutboundFrame.text(text));
    }

    /** Offers a binary message; {@code payload} is copied. */
    public OfferResult offerBinary(ByteBuffer payload) {
        return session.queue().offer(OutboundFrame.binary(payload));
    }

    /** Offers a text message. */
    public OfferResult offerText(String text, Compression compression) {
        return session.queue().offer(compression.of(OutboundFrame.text(text)));
    }

    /** Offers a binary message; {@code payload} is copied. */
    public OfferResult offerBinary(ByteBuffer payload, Compression compression) {
        return session.queue().offer(compression.of(OutboundFrame.binary(payload)));
    }

    /** Offers a text message; under LATEST it replaces the waiting messages with the same key. */
    public OfferResult offerText(String text, String key) {
        return session.queue().offer(OutboundFrame.text(text), key, null);
    }

    /** The same with a binary message; {@code payload} is copied. */
    public OfferResult offerBinary(ByteBuffer payload, String key) {
        return session.queue().offer(OutboundFrame.binary(payload), key, null);
    }

    /**
     * Completes when the queue is at its low-water mark; fails when the session is over. Dependent
     * stages run on a thread that may block.
     */
    public CompletionStage<@Nullable Void> whenWritable() {
        return session.queue().whenWritable().thenApplyAsync(done -> done, session.executor());
    }

    /** The number of messages that wait or are in flight. */
    public int queuedMessages() {
        return session.queue().queuedMessages();
    }

    /** Bytes of these messages, with frame headers. */
    public long queuedBytes() {
        return session.queue().queuedBytes();
    }

    @Override
    public long getSendTimeout() {
        return sendTimeoutMillis;
    }

    /**
     * How long a message may take from the call that sends it to its last byte. A message that
     * takes longer fails, and its session ends. 0 or less means no limit.
     */
    @Override
    public void setSendTimeout(long timeoutMillis) {
        Remotes.checkOpen(session);
        sendTimeoutMillis = timeoutMillis;
    }

    @Override
    public void sendText(String text, SendHandler handler) {
        Remotes.notNull(text, "the text");
        session.send(
                OutboundFrame.text(text), Remotes.completion(session, handler), sendTimeoutMillis);
    }

    @Override
    public Future<Void> sendText(String text) {
        SendFuture sent = new SendFuture();
        session.send(
                OutboundFrame.text(Remotes.notNull(text, "the text")), sent, sendTimeoutMillis);
        return sent;
    }

    @Override
    public Future<Void> sendBinary(ByteBuffer data) {
        SendFuture sent = new SendFuture();
        session.send(
                OutboundFrame.binary(Remotes.notNull(data, "the data")), sent, sendTimeoutMillis);
        return sent;
    }

    @Override
    public void sendBinary(ByteBuffer data, SendHandler handler) {
        Remotes.notNull(data, "the data");
        session.send(
                OutboundFrame.binary(data),
                Remotes.completion(session, handler),
                sendTimeoutMillis);
    }

    @Override
    public Future<Void> sendObject(Object data) {
        SendFuture sent = new SendFuture();
        encode(data, sent);
        return sent;
    }

    @Override
    public void sendObject(Object data, SendHandler handler) {
        encode(data, Remotes.completion(session, handler));
    }

    /** If the object can't be encoded, nothing was sent and the completion fails. */
    private void encode(Object data, SendCompletion completion) {
        Remotes.notNull(data, "the object");
        try {
            Remotes.sendObject(session, data, completion, sendTimeoutMillis);
        } catch (EncodeException | IOException | RuntimeException e) {
            completion.onFailed(e);
        }
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
