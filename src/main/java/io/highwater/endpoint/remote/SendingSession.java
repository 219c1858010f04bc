package io.highwater.endpoint.remote;

import io.highwater.endpoint.codec.Encoders;
import io.highwater.endpoint.codec.SessionCodecs;
import io.highwater.outbound.OutboundNode;
import io.highwater.outbound.Parts;
import io.highwater.outbound.SendCompletion;
import io.highwater.outbound.SendQueue;
import io.highwater.outbound.SendQueueListener;
import io.highwater.outbound.SendQueues;
import io.highwater.outbound.SlowConsumerException;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Wire;
import jakarta.websocket.Encoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The sending part of an endpoint's session: its queue, its codecs, and the end of its output.
 * Thread-safe.
 *
 * <p>The parts of a session are its superclasses and not objects of their own: a node has a million
 * sessions, and every object of their own would cost each of them 16 bytes.
 */
public abstract class SendingSession implements SendQueueListener {
    /** How long the peer may take to read the Close frame. */
    public static final Duration LINGER = Duration.ofSeconds(2);

    private final Wire wire;
    private final SendQueue queue;

    /** Written under this; null until an encoder or decoder of the application is needed. */
    private volatile @Nullable SessionCodecs codecs;

    private volatile boolean closing;

    /** Whether the endpoint was the first to close the session. */
    private volatile boolean closedByEndpoint;

    protected SendingSession(Wire wire, SendQueues queues) {
        this.wire = wire;
        this.queue = queues.open(wire, this);
    }

    protected final Wire wire() {
        return wire;
    }

    public final SendQueue queue() {
        return queue;
    }

    // What the other parts of the session provide.

    /** Whether the session is over: nothing is received or sent any more. */
    public abstract boolean isClosed();

    /** Called when something is sent: the session is not idle. */
    protected abstract void messagePassed();

    protected abstract Encoders encoders();

    protected abstract SessionCodecs newCodecs();

    /** The remote whose messages may be under way in parts. */
    protected abstract BasicRemote basicRemote();

    /** Runs the application's code, which may block. */
    public abstract Executor executor();

    protected abstract OutboundNode outbound();

    /** For a new asynchronous remote, in milliseconds; 0 or less means none. */
    public abstract long defaultSendTimeoutMillis();

    // Output.

    /**
     * @param timeoutMillis time until its last byte must have left; 0 or less means no limit
     */
    public final void send(OutboundFrame frame, SendCompletion completion, long timeoutMillis) {
        messagePassed();
        if (timeoutMillis > 0) {
            SendTimeout timeout =
                    new SendTimeout(completion, wire, outbound().wheel(), timeoutMillis);
            timeout.start();
            queue.offer(frame, timeout);
        } else {
            queue.offer(frame, completion);
        }
    }

    final void sendPart(OutboundFrame frame, Parts message, SendCompletion completion) {
        messagePassed();
        queue.offerPart(message, frame, completion);
    }

    final PartsUnderWay partsUnderWay() {
        return basicRemote().underWay();
    }

    final void ping(ByteBuffer payload) {
        wire.control(Wire.Control.PING, payload);
    }

    final void pong(ByteBuffer payload) {
        wire.control(Wire.Control.PONG, payload);
    }

    // Codecs.

    /** The encoder for objects of {@code type}, or null if there is none. */
    final @Nullable Encoder encoder(Class<?> type) throws IOException {
        Encoders.Entry entry = encoders().of(type);
        if (entry == null) {
            return null;
        }
        return entry.shared() == null ? codecs().own(entry) : entry.shared();
    }

    protected final SessionCodecs codecs() {
        SessionCodecs present = codecs;
        if (present == null) {
            synchronized (this) {
                present = codecs;
                if (present == null) {
                    codecs = present = newCodecs();
                    if (isClosed()) {
                        present.destroy();
                    }
                }
            }
        }
        return present;
    }

    protected final boolean hasCodecs() {
        return codecs != null;
    }

    /** Called after {@link #isClosed} has become true. */
    protected final void destroyCodecs() {
        SessionCodecs made;
        synchronized (this) {
            made = codecs;
        }
        if (made != null) {
            made.destroy();
        }
    }

    // The end.

    /** Starts the closing handshake after what is queued. */
    public final void close(CloseStatus status) {
        closing = true;
        queue.close(status);
    }

    /** The same for the endpoint, whose {@code @OnClose} gets this status. */
    public final void closeForEndpoint(CloseStatus status) {
        boolean before = closedByEndpoint;
        closedByEndpoint = true; // Before the end can be reported.
        closing = true;
        if (!queue.close(status)) {
            closedByEndpoint = before;
        }
    }

    protected final boolean isClosedByEndpoint() {
        return closedByEndpoint;
    }

    /** Ends the session after what its methods, {@code @OnError} last, have sent. */
    protected final void giveUp(CloseStatus status) {
        closing = true;
        queue.fail(status, LINGER);
        wire.demand();
    }

    /** Resets the connection. */
    public final void abort() {
        closing = true;
        wire.abort();
    }

    /** From now on nothing that is sent leaves. */
    protected final void outputLost() {
        closing = true;
        queue.onClosed();
    }

    @Override
    public final void onEvicted(SlowConsumerException evidence) {
        closing = true;
    }

    /** Whether messages can still leave. */
    public final boolean isOutputOpen() {
        return !closing;
    }
}
