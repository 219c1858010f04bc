package io.highwater.endpoint;

import io.highwater.api.Api;
import io.highwater.outbound.Broadcast;
import io.highwater.outbound.OfferResult;
import io.highwater.outbound.SendQueue;
import io.highwater.wire.OutboundFrame;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketSession;
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
    private final EndpointSession session;
    private final RemoteEndpoint.Async jetty;

    private HighWaterAsync(EndpointSession session, RemoteEndpoint.Async jetty) {
        this.session = session;
        this.jetty = jetty;
    }

    /**
     * @param session of an annotated endpoint of this node
     */
    public static HighWaterAsync of(Session session) {
        return new HighWaterAsync(endpointSession(session), session.getAsyncRemote());
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
            queues.add(endpointSession(session).queue());
        }
        return queues;
    }

    private static EndpointSession endpointSession(Session session) {
        if (session instanceof JakartaWebSocketSession jakarta
                && jakarta.getCoreSession() instanceof EndpointSession own) {
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
        return session.queue()
                .whenWritable()
                .thenApplyAsync(done -> done, session.deployment().route().executor());
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
        return jetty.getSendTimeout();
    }

    @Override
    public void setSendTimeout(long timeoutMillis) {
        jetty.setSendTimeout(timeoutMillis);
    }

    @Override
    public void sendText(String text, SendHandler handler) {
        jetty.sendText(text, handler);
    }

    @Override
    public Future<Void> sendText(String text) {
        return jetty.sendText(text);
    }

    @Override
    public Future<Void> sendBinary(ByteBuffer data) {
        return jetty.sendBinary(data);
    }

    @Override
    public void sendBinary(ByteBuffer data, SendHandler handler) {
        jetty.sendBinary(data, handler);
    }

    @Override
    public Future<Void> sendObject(Object data) {
        return jetty.sendObject(data);
    }

    @Override
    public void sendObject(Object data, SendHandler handler) {
        jetty.sendObject(data, handler);
    }

    @Override
    public void setBatchingAllowed(boolean allowed) throws IOException {
        jetty.setBatchingAllowed(allowed);
    }

    @Override
    public boolean getBatchingAllowed() {
        return jetty.getBatchingAllowed();
    }

    @Override
    public void flushBatch() throws IOException {
        jetty.flushBatch();
    }

    @Override
    public void sendPing(ByteBuffer applicationData) throws IOException {
        jetty.sendPing(applicationData);
    }

    @Override
    public void sendPong(ByteBuffer applicationData) throws IOException {
        jetty.sendPong(applicationData);
    }
}
