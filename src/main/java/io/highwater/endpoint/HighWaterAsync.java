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
 * A session's asynchronous remote with its bounded queue in view: what became of each offer, how
 * much waits, and when there is room again. {@code session.getAsyncRemote()} ends in the same
 * queue.
 *
 * <p>Thread-safe. Nothing blocks; messages keep the order of their offers.
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

    /** For the session itself, which has one. */
    @Wiring
    public static HighWaterAsync over(SendingSession session) {
        return new HighWaterAsync(session);
    }

    /**
     * @param session of an annotated endpoint of this node; offers to one that is over are CLOSED
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
     * Sends one text to many sessions as {@link #broadcastText(Iterable, String)} does; under
     * LATEST it makes those with the same key out of date that still wait.
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

    /** Offers a text message; at most as many as the policy allows wait. */
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

    /** Offers a text message; under LATEST it replaces those that still wait with its key. */
    public OfferResult offerText(String text, String key) {
        return session.queue().offer(OutboundFrame.text(text), key, null);
    }

    /** The same with a binary message; {@code payload} is copied. */
    public OfferResult offerBinary(ByteBuffer payload, String key) {
        return session.queue().offer(OutboundFrame.binary(payload), key, null);
    }

    /**
     * Completes when the queue is at its low-water mark; fails when the session is over. What
     * depends on it runs on a thread that may block.
     */
    public CompletionStage<@Nullable Void> whenWritable() {
        return session.queue().whenWritable().thenApplyAsync(done -> done, session.executor());
    }

    /** Messages that wait or are in flight. */
    public int queuedMessages() {
        return session.queue().queuedMessages();
    }

    /** Their bytes, with frame headers. */
    public long queuedBytes() {
        return session.queue().queuedBytes();
    }

    @Override
    public long getSendTimeout() {
        return sendTimeoutMillis;
    }

    /**
     * How long a message may take from its send to its last byte; then it fails, and its session
     * with it. 0 or less: for ever.
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

    /** What can't be encoded was not sent. */
    private void encode(Object data, SendCompletion completion) {
        Remotes.notNull(data, "the object");
        try {
            Remotes.sendObject(session, data, completion, sendTimeoutMillis);
        } catch (EncodeException | IOException | RuntimeException e) {
            completion.onFailed(e);
        }
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
