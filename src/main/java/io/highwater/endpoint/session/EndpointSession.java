package io.highwater.endpoint.session;

import io.highwater.endpoint.message.MessageTooLargeException;
import io.highwater.endpoint.metadata.EndpointMethods;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.keepalive.Keepalive;
import io.highwater.keepalive.MaxIdle;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.Wire;
import io.highwater.wire.WireListener;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of an endpoint, as the wire sees it: its opening, its fragments, its demand for
 * more, and its end. Its superclasses send, receive and call the endpoint.
 *
 * <p>Wire events and the endpoint's methods run one at a time on the session's executor; the other
 * methods are thread-safe.
 */
final class EndpointSession extends CallingSession implements WireListener {
    /** A longer timeout counts as none. */
    private static final Duration LONGEST_IDLE = Duration.ofDays(365);

    private final String requestUri;
    private final @Nullable String subprotocol;
    private final Keepalive keepalive;

    /** Guarded by this; null unless the endpoint set a timeout. */
    private volatile @Nullable MaxIdle maxIdle;

    private volatile Duration idleTimeout = Duration.ZERO;

    private volatile boolean closed;

    /** The endpoint has been told of the end and has returned from that call. */
    private volatile boolean over;

    /** Touches nothing of the endpoint before {@link #onOpen}: the upgrade may still fail. */
    EndpointSession(
            EndpointClass endpointClass,
            Wire wire,
            UpgradeRequest request,
            @Nullable String subprotocol,
            SessionConfig config) {
        super(endpointClass, wire, config);
        this.requestUri = RequestUri.of(request);
        this.subprotocol = subprotocol;
        this.keepalive =
                node().pings()
                        .keepalive(
                                wire,
                                request.isMultiplexed()
                                        ? request.connection()
                                                .computeIfAbsent(PingGroup.class, PingGroup::new)
                                        : wire);
    }

    /**
     * One for all sessions of an HTTP/2 connection, compared by identity; they are pinged together.
     */
    private static final class PingGroup {}

    // The opening.

    @Override
    public void onOpen() {
        endpointClass().add(this);
        if (environment().isRetired()) {
            wire().fail(new CloseStatus(CloseStatus.RESTART, ""), LINGER);
            return;
        }
        keepalive.start();
        if (endpointClass().opensUntold()) {
            open();
        } else {
            environment().requests().call(this::open);
        }
    }

    private void open() {
        if (!endpointClass().opensUntold() && !makeInstance()) {
            return;
        }
        jakartaSession(new JakartaSession(this));
        try {
            EndpointMethods methods = methods();
            methods.check(pathParams());
            environment().container().prepare(this);
            if (methods.maxTextBytes() != null) {
                maxTextBytes(methods.maxTextBytes());
            }
            if (methods.maxBinaryBytes() != null) {
                maxBinaryBytes(methods.maxBinaryBytes());
            }
            if (methods.open() != null) {
                methods.open().receive(this, config());
            }
            demand();
        } catch (Throwable thrown) {
            EndpointFailure cause = EndpointFailure.of(thrown);
            tellOrLog(cause);
            giveUp(cause.status());
        }
    }

    // Messages.

    @Override
    public void onFragment(Opcode opcode, ByteBuffer payload, boolean last) {
        if (!isOutputOpen() && queue().isGivenUp()) {
            wire().demand(); // A peer whose sends are blocked might not read either.
            return;
        }
        messagePassed();
        environment()
                .requests()
                .call(
                        () -> {
                            if (makeInstance()) {
                                inbound().onFragment(opcode, payload, last);
                            }
                        });
    }

    @Override
    public boolean onTooLarge(CloseStatus status) {
        environment()
                .requests()
                .call(
                        () -> {
                            if (makeInstance()) {
                                failed(new MessageTooLargeException(status.reason()));
                            }
                        });
        return true;
    }

    @Override
    public long keptBytes() {
        return inbound().keptBytes();
    }

    @Override
    public boolean settlePing(ByteBuffer payload) {
        return keepalive.onPong(payload);
    }

    @Override
    public void onPong(ByteBuffer payload) {
        ByteBuffer own = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
        environment()
                .requests()
                .call(
                        () -> {
                            // If no method takes Pongs, no object is created for one.
                            if (methods().targets().pong() == null || makeInstance()) {
                                inbound().onPong(own);
                            }
                        });
    }

    @Override
    public void onWritable() {
        queue().onWritable();
    }

    /**
     * With PAUSE, demand is withheld from the high-water mark until the queue is writable. This
     * thread asks the queue, because its offers crossed the mark: a notice from another thread
     * could come so late that offers are refused before it.
     */
    @Override
    public void demand() {
        if (!queue().isAboveHighWater()) {
            demandNow();
        } else if (wire().activity().isDemandWithheld()) {
            queue().whenWritable().whenComplete((writable, over) -> demandNow());
        }
    }

    private void demandNow() {
        messagePassed(); // Work on a message is not idle time.
        wire().demand();
    }

    // The end.

    @Override
    public void onOutputLost() {
        outputLost();
    }

    /** True if the application has something to destroy or to wait for. */
    @Override
    public boolean closedMayBlock() {
        return hasCodecs() || inbound().endMayBlock() || hasInstanceToRelease();
    }

    @Override
    public void onClosed(CloseStatus status) {
        closed = true;
        try {
            outputLost();
            keepalive.stop();
            maxIdle(Duration.ZERO);
            end(status);
        } finally {
            // Last: the beans may be destroyed when no session is left.
            endpointClass().remove(this);
        }
    }

    private void end(CloseStatus status) {
        CloseLog.write(logs(), status, wire(), queue().lostMessages(), requestUri().getRawPath());
        inbound().end(new SessionClosedException(status));
        try {
            if ((jakartaSession() != null && methods().close() != null) || hasCodecs()) {
                environment().requests().call(() -> tellClosed(status));
            }
        } finally {
            over = true;
            releaseInstance();
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /** Whether the endpoint has been told of the end, so that its Jakarta session is unusable. */
    boolean isOver() {
        return over;
    }

    // The idle timeout as Jakarta defines it: it counts messages, not Pongs.

    /** Zero if there is none. */
    Duration maxIdle() {
        return idleTimeout;
    }

    /** Zero, a negative value, or more than {@link #LONGEST_IDLE} stands for none. */
    void maxIdle(Duration timeout) {
        boolean none =
                timeout.isZero() || timeout.isNegative() || timeout.compareTo(LONGEST_IDLE) > 0;
        MaxIdle before;
        synchronized (this) {
            idleTimeout = none ? Duration.ZERO : timeout;
            before = maxIdle;
            maxIdle = none || closed ? null : node().pings().startMaxIdle(wire(), timeout);
        }
        if (before != null) {
            before.stop();
        }
    }

    @Override
    protected void messagePassed() {
        MaxIdle idle = maxIdle;
        if (idle != null) {
            idle.onMessage();
        }
    }

    // What the handshake said.

    URI requestUri() {
        return URI.create(requestUri);
    }

    boolean isSecure() {
        return requestUri.startsWith("wss:");
    }

    @Nullable String subprotocol() {
        return subprotocol;
    }

    /** As the response named them; empty if none. */
    String extensions() {
        return wire().extensions();
    }
}
