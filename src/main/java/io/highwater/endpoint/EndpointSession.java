package io.highwater.endpoint;

import io.highwater.handshake.UpgradeRequest;
import io.highwater.keepalive.Keepalive;
import io.highwater.keepalive.MaxIdle;
import io.highwater.log.LogLimit;
import io.highwater.outbound.Parts;
import io.highwater.outbound.SendCompletion;
import io.highwater.outbound.SendQueue;
import io.highwater.outbound.SendQueueListener;
import io.highwater.outbound.SlowConsumerException;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Wire;
import io.highwater.wire.WireListener;
import jakarta.websocket.CloseReason;
import jakarta.websocket.EncodeException;
import jakarta.websocket.Encoder;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.ExtensionConfig;
import org.eclipse.jetty.websocket.core.exception.MessageTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of an endpoint: between the wire's events and the endpoint's methods, and between
 * what these send and the session's queue.
 *
 * <p>Wire events and the endpoint's methods run one at a time on the session's executor; the verbs
 * are thread-safe.
 */
final class EndpointSession extends JettyCoreSession
        implements WireListener, Callback, SendQueueListener {
    /** What is longer is for ever. */
    private static final Duration LONGEST_IDLE = Duration.ofDays(365);

    private final EndpointDeployment deployment;
    private final Wire wire;
    private final SessionConfig config;
    private final String requestUri;
    private final @Nullable String subprotocol;
    private final Keepalive keepalive;
    private final SendQueue queue;
    private final InboundMessages inbound;

    /** Written in onOpen. */
    private volatile @Nullable JakartaSession jakarta;

    /** Written in onOpen, or where that tells nobody, with the first message. */
    private @Nullable EndpointInstance instance;

    /** Written under this; null until a team's encoder or decoder is needed. */
    private volatile @Nullable SessionCodecs codecs;

    /** Guarded by this; null unless the endpoint set a timeout. */
    private volatile @Nullable MaxIdle maxIdle;

    private volatile Duration idleTimeout = Duration.ZERO;

    private volatile boolean closing;

    /** The endpoint closed it, and was the first to. */
    private volatile boolean closedByEndpoint;

    private volatile boolean closed;

    /** The endpoint was told of the end, and is done with it. */
    private volatile boolean over;

    /** What is the endpoint's comes with {@link #onOpen} or later: the upgrade may still fail. */
    EndpointSession(
            EndpointDeployment deployment,
            Wire wire,
            UpgradeRequest request,
            @Nullable String subprotocol,
            SessionConfig config) {
        super(deployment.route().settings(), deployment.components());
        this.deployment = deployment;
        this.wire = wire;
        this.config = config;
        this.requestUri = EndpointHandshake.uri(request);
        this.subprotocol = subprotocol;
        this.keepalive =
                deployment
                        .node()
                        .pings()
                        .keepalive(
                                wire,
                                request.isMultiplexed()
                                        ? request.connection()
                                                .computeIfAbsent(PingGroup.class, PingGroup::new)
                                        : wire);
        this.queue = deployment.queues().open(wire, this);
        this.inbound = new InboundMessages(this, deployment.methods().targets());
    }

    EndpointDeployment deployment() {
        return deployment;
    }

    SendQueue queue() {
        return queue;
    }

    InboundMessages inbound() {
        return inbound;
    }

    SessionConfig config() {
        return config;
    }

    EndpointMethods methods() {
        return deployment.methods();
    }

    Map<String, String> pathParams() {
        return config.getPathParams();
    }

    /** Null before {@code onOpen}, and for good where that failed. */
    @Nullable JakartaSession jakartaSession() {
        return jakarta;
    }

    /** The object whose methods are called. */
    Object endpoint() {
        return Objects.requireNonNull(instance, "a callback before the session opened").object();
    }

    @Override
    public String clientId() {
        JakartaSession session = jakarta;
        return session == null ? "" : session.getId();
    }

    // The wire's events.

    @Override
    public void onOpen() {
        deployment.sessions().add(this);
        if (deployment.isRetired()) {
            wire.fail(new CloseStatus(CloseStatus.RESTART, ""), EndpointFailure.LINGER);
            return;
        }
        keepalive.start();
        if (deployment.opensUntold()) {
            open();
        } else {
            deployment.requests().call(this::open);
        }
    }

    private void open() {
        if (!deployment.opensUntold() && !hasInstance()) {
            return;
        }
        jakarta = new JakartaSession(this);
        try {
            EndpointMethods methods = methods();
            methods.check(pathParams());
            deployment.container().prepare(this);
            if (methods.maxTextBytes() != null) {
                setMaxTextMessageSize(methods.maxTextBytes());
            }
            if (methods.maxBinaryBytes() != null) {
                setMaxBinaryMessageSize(methods.maxBinaryBytes());
            }
            if (methods.open() != null) {
                methods.open().receive(this, config);
            }
            demand();
        } catch (Throwable thrown) {
            onOpenFailed(thrown);
        }
    }

    private boolean hasInstance() {
        if (instance != null) {
            return true;
        }
        try {
            instance = deployment.newInstance();
            return true;
        } catch (RuntimeException e) {
            onUnusable(e);
            return false;
        }
    }

    private void onUnusable(RuntimeException cause) {
        EndpointFailure failure = EndpointFailure.of(cause);
        log(failure);
        wire.fail(failure.status(), EndpointFailure.LINGER);
    }

    @Override
    public void onFragment(Opcode opcode, ByteBuffer payload, boolean last) {
        if (closing && queue.isGivenUp()) {
            wire.demand(); // A peer that could not send on might not read either.
            return;
        }
        messagePassed();
        deployment
                .requests()
                .call(
                        () -> {
                            if (hasInstance()) {
                                inbound.onFragment((byte) opcode.code(), payload, last);
                            }
                        });
    }

    @Override
    public boolean onTooLarge(CloseStatus status) {
        deployment
                .requests()
                .call(
                        () -> {
                            if (hasInstance()) {
                                failed(new MessageTooLargeException(status.reason()));
                            }
                        });
        return true;
    }

    @Override
    public long keptBytes() {
        return inbound.keptBytes();
    }

    @Override
    public boolean settlePing(ByteBuffer payload) {
        return keepalive.onPong(payload);
    }

    @Override
    public void onPong(ByteBuffer payload) {
        ByteBuffer own = InboundMessages.copy(payload);
        deployment
                .requests()
                .call(
                        () -> {
                            // Who takes no Pongs need not be there for one.
                            if (methods().targets().pong() == null || hasInstance()) {
                                inbound.onPong(own);
                            }
                        });
    }

    @Override
    public void onWritable() {
        queue.onWritable();
    }

    @Override
    public void onOutputLost() {
        closing = true;
        queue.onClosed();
    }

    /** With something of the team's to destroy, or to wait for. */
    @Override
    public boolean closedMayBlock() {
        return codecs != null
                || inbound.endMayBlock()
                || (instance != null && instance.isToBeReleased());
    }

    @Override
    public void onClosed(CloseStatus status) {
        closed = true;
        try {
            onOutputLost();
            keepalive.stop();
            setIdleTimeout(Duration.ZERO);
            end(status);
        } finally {
            // Last: the beans may go when no session is left.
            deployment.sessions().remove(this);
        }
    }

    private void end(CloseStatus status) {
        CloseLog.write(
                logs(),
                status,
                wire,
                wire.activity().ageNanos(),
                queue.lostMessages(),
                getPathInContext());
        inbound.end(new SessionClosedException(status));
        try {
            if ((jakarta != null && methods().close() != null) || codecs != null) {
                deployment.requests().call(() -> tellClosed(status));
            }
        } finally {
            over = true;
            if (instance != null) {
                instance.release().run();
            }
        }
    }

    private void tellClosed(CloseStatus status) {
        CallbackMethod close = methods().close();
        if (jakarta != null && close != null) {
            callClose(close, status);
        }
        SessionCodecs made;
        synchronized (this) {
            made = codecs;
        }
        if (made != null) {
            made.destroy();
        }
    }

    private void callClose(CallbackMethod close, CloseStatus status) {
        try {
            close.receive(this, reason(status));
        } catch (PathParamException toldAtOpening) {
            return;
        } catch (Throwable thrown) {
            EndpointFailure cause = EndpointFailure.of(thrown);
            if (!tellErrorMethod(cause)) {
                log(cause);
            }
        }
    }

    /**
     * What the peer or the endpoint said. Where neither did, 1006, whatever went on the wire
     * (Jakarta WebSocket, section 2.1.5): an endpoint tells by it who closed.
     */
    private CloseReason reason(CloseStatus status) {
        boolean said = closedByEndpoint || wire.isClosedByPeer();
        return new CloseReason(
                said ? code(status) : CloseReason.CloseCodes.CLOSED_ABNORMALLY, status.reason());
    }

    /** An application may have closed with a code that never goes out, which Jakarta has not. */
    private static CloseReason.CloseCode code(CloseStatus status) {
        int code = status.code();
        return code < 1000 || code > 4999 ? () -> code : CloseReason.CloseCodes.getCloseCode(code);
    }

    // What the endpoint's methods threw.

    private void onOpenFailed(Throwable failure) {
        EndpointFailure cause = EndpointFailure.of(failure);
        if (!tellErrorMethod(cause)) {
            log(cause);
        }
        giveUp(cause.status());
    }

    /** After what its methods have sent, {@code @OnError} last. */
    void giveUp(CloseStatus status) {
        closing = true;
        queue.fail(status, EndpointFailure.LINGER);
        wire.demand();
    }

    /** A sink's frame callback: the next demand is the sink's. */
    @Override
    public void succeeded() {}

    /**
     * An endpoint's method threw, or a message was not to its liking. With an {@code @OnError}
     * method the session goes on, unless the failure is one that ends it.
     */
    @Override
    public void failed(Throwable failure) {
        if (survives(failure)) {
            demand();
        }
    }

    /**
     * The same where no demand is due: of a Pong, or a stream, whose sink goes on to the next
     * message by itself.
     */
    boolean survives(Throwable failure) {
        if (failure instanceof SessionClosedException) {
            return false; // of a frame that no stream will read any more
        }
        EndpointFailure cause = EndpointFailure.of(failure);
        boolean told = tellErrorMethod(cause);
        if (told && !cause.isFatal()) {
            return true;
        }
        if (!told) {
            log(cause);
        }
        giveUp(cause.status());
        return false;
    }

    private void log(EndpointFailure failure) {
        failure.count(deployment.node().observer(), logs());
        failure.log(deployment.endpointClass(), logs(), wire.remoteAddress());
    }

    private LogLimit logs() {
        return deployment.node().outbound().logs();
    }

    private boolean tellErrorMethod(EndpointFailure failure) {
        CallbackMethod error = methods().error();
        if (error == null || instance == null) {
            return false;
        }
        failure.count(deployment.node().observer(), logs());
        try {
            error.receive(this, failure.cause());
        } catch (Throwable thrown) {
            log(EndpointFailure.of(thrown));
        }
        return true;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.BLOCKING;
    }

    // Demand, and PAUSE.

    /**
     * PAUSE withholds demand from the high-water mark until the queue is writable. The queue is
     * asked here, on the thread whose offers crossed the mark: a notice of another thread's could
     * come so late that offers are refused before it.
     */
    @Override
    public void demand() {
        if (!queue.isAboveHighWater()) {
            demandNow();
        } else if (wire.activity().isDemandWithheld()) {
            queue.whenWritable().whenComplete((writable, over) -> demandNow());
        }
    }

    private void demandNow() {
        messagePassed(); // Idle is who has nothing to work on, too.
        wire.demand();
    }

    @Override
    public void onEvicted(SlowConsumerException evidence) {
        closing = true;
    }

    // What goes out.

    /**
     * @param timeoutMillis until its last byte must have left; 0 or less: for ever
     */
    void send(OutboundFrame frame, SendCompletion completion, long timeoutMillis) {
        messagePassed();
        if (timeoutMillis > 0) {
            SendTimeout timeout =
                    new SendTimeout(completion, wire, deployment.wheel(), timeoutMillis);
            timeout.start();
            queue.offer(frame, timeout);
        } else {
            queue.offer(frame, completion);
        }
    }

    void sendPart(OutboundFrame frame, Parts message, SendCompletion completion) {
        messagePassed();
        queue.offerPart(message, frame, completion);
    }

    PartsUnderWay partsUnderWay() {
        JakartaSession own = Objects.requireNonNull(jakarta, "a message before the session opened");
        return own.getBasicRemote().underWay();
    }

    /** What a method returned, if it returned anything; waits until the transport has taken it. */
    void answer(@Nullable Object message) throws IOException, EncodeException {
        if (message != null && jakarta != null) {
            SendFuture sent = new SendFuture();
            Remotes.sendObject(this, message, sent, 0);
            sent.await();
        }
    }

    void ping(ByteBuffer payload) {
        wire.control(Wire.Control.PING, payload);
    }

    void pong(ByteBuffer payload) {
        wire.control(Wire.Control.PONG, payload);
    }

    /** The encoder for objects of {@code type}; null: there is none. */
    @Nullable Encoder encoder(Class<?> type) throws IOException {
        Encoders.Entry entry = methods().encoders().of(type);
        if (entry == null) {
            return null;
        }
        return entry.shared() == null ? codecs().own(entry) : entry.shared();
    }

    SessionCodecs codecs() {
        SessionCodecs present = codecs;
        if (present == null) {
            synchronized (this) {
                present = codecs;
                if (present == null) {
                    codecs = present = new SessionCodecs(config, deployment.components());
                    if (closed) {
                        present.destroy();
                    }
                }
            }
        }
        return present;
    }

    @Override
    public void close(int code, @Nullable String reason, Callback callback) {
        close(new CloseStatus(code, reason == null ? "" : reason));
        callback.succeeded();
    }

    @Override
    public void close(org.eclipse.jetty.websocket.core.CloseStatus status, Callback callback) {
        if (status.getCause() == null) {
            close(status.getCode(), status.getReason(), callback);
        } else {
            // A stream sink's way to say that the endpoint's method threw.
            failed(status.getCause());
            callback.succeeded();
        }
    }

    @Override
    public void abort() {
        closing = true;
        wire.abort();
    }

    @Override
    public boolean isInputOpen() {
        return !closed;
    }

    @Override
    public boolean isOutputOpen() {
        return !closing;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /** Whether its endpoint has heard of the end, so that Jakarta's session is of no use. */
    boolean isOver() {
        return over;
    }

    @Override
    void onMaxMessageBytes(long bytes) {
        wire.maxMessageBytes(bytes);
    }

    /** Jakarta's: counts messages, not Pongs; zero is none. */
    @Override
    public Duration getIdleTimeout() {
        return idleTimeout;
    }

    void setMaxIdleMillis(long millis) {
        setIdleTimeout(Duration.ofMillis(millis));
    }

    @Override
    public void setIdleTimeout(Duration timeout) {
        boolean none =
                timeout.isZero() || timeout.isNegative() || timeout.compareTo(LONGEST_IDLE) > 0;
        MaxIdle before;
        synchronized (this) {
            idleTimeout = none ? Duration.ZERO : timeout;
            before = maxIdle;
            maxIdle = none || closed ? null : deployment.node().pings().startMaxIdle(wire, timeout);
        }
        if (before != null) {
            before.stop();
        }
    }

    private void messagePassed() {
        MaxIdle idle = maxIdle;
        if (idle != null) {
            idle.onMessage();
        }
    }

    /**
     * One for all sessions of an HTTP/2 connection, told by its identity: they are pinged together.
     */
    private static final class PingGroup {}

    /** Starts the closing handshake after what is queued. */
    void close(CloseStatus status) {
        closing = true;
        queue.close(status);
    }

    /** The same for the endpoint, whose {@code @OnClose} hears of this status. */
    void closeForEndpoint(CloseStatus status) {
        boolean before = closedByEndpoint;
        closedByEndpoint = true; // Before the end may be told.
        closing = true;
        if (!queue.close(status)) {
            closedByEndpoint = before;
        }
    }

    // What the handshake said.

    @Override
    public URI getRequestURI() {
        return URI.create(requestUri);
    }

    public String getPathInContext() {
        return getRequestURI().getRawPath();
    }

    @Override
    @Nullable String query() {
        return getRequestURI().getRawQuery();
    }

    @Override
    public @Nullable String getNegotiatedSubProtocol() {
        return subprotocol;
    }

    @Override
    public List<ExtensionConfig> getNegotiatedExtensions() {
        String extensions = wire.extensions();
        return extensions.isEmpty() ? List.of() : ExtensionConfig.parseList(extensions);
    }

    @Override
    public boolean isSecure() {
        return requestUri.startsWith("wss:");
    }
}
