package io.highwater.endpoint;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.keepalive.Keepalive;
import io.highwater.keepalive.MaxIdle;
import io.highwater.outbound.SendQueue;
import io.highwater.outbound.SendQueueListener;
import io.highwater.outbound.SlowConsumerException;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.Wire;
import io.highwater.wire.WireListener;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketSession;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.ExtensionConfig;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.OutgoingEntry;
import org.eclipse.jetty.websocket.core.exception.MessageTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of an annotated endpoint: between the wire's events and Jetty's frame handler,
 * which calls the endpoint's methods, and between that and the session's queue.
 *
 * <p>Wire events and the endpoint's methods run one at a time on the session's executor; the verbs
 * are thread-safe.
 */
final class EndpointSession extends JettyCoreSession
        implements WireListener,
                org.eclipse.jetty.ee10.websocket.jakarta.common.UpgradeRequest,
                Callback,
                SendQueueListener {
    /** What is longer is for ever. */
    private static final Duration LONGEST_IDLE = Duration.ofDays(365);

    private final EndpointDeployment deployment;
    private final Wire wire;
    private final SessionConfig config;
    private final String requestUri;
    private final @Nullable String subprotocol;
    private final Object pingGroup;
    private final SendQueue queue;

    /** Written in onOpen, as are the next two. */
    private volatile @Nullable EndpointFrameHandler handler;

    private @Nullable EndpointInstance instance;
    private @Nullable Keepalive keepalive;

    /** Guarded by this; null unless the endpoint set a timeout. */
    private volatile @Nullable MaxIdle maxIdle;

    private volatile Duration idleTimeout = Duration.ZERO;

    /** Confined to the session's run: null unless fragments wait for their last one. */
    private @Nullable WholeMessage gathered;

    /** Confined to the session's run: null unless a method takes streams. */
    private @Nullable Streams streams;

    /** So that {@code @OnOpen} comes before each {@code @OnClose}, however short the session. */
    private volatile boolean opening = true;

    private volatile boolean closing;
    private volatile boolean closed;

    /** The instance and its methods come with {@link #onOpen}: the upgrade may still fail. */
    EndpointSession(
            EndpointDeployment deployment,
            Wire wire,
            UpgradeRequest request,
            UpgradeDecision.Accepted decision,
            SessionConfig config) {
        super(deployment.route().settings(), deployment.components());
        this.deployment = deployment;
        this.wire = wire;
        this.config = config;
        this.requestUri = EndpointHandshake.uri(request);
        this.subprotocol = decision.subprotocol();
        this.pingGroup =
                request.kind() == UpgradeRequest.Kind.UPGRADE
                        ? wire
                        : request.connection().computeIfAbsent(PingGroup.class, PingGroup::new);
        this.queue = deployment.queues().open(wire, this);
    }

    EndpointDeployment deployment() {
        return deployment;
    }

    SendQueue queue() {
        return queue;
    }

    /** Null before {@code onOpen}. */
    @Nullable JakartaWebSocketSession jakartaSession() {
        EndpointFrameHandler opened = handler;
        return opened == null ? null : opened.getSession();
    }

    @Override
    public String clientId() {
        JakartaWebSocketSession session = jakartaSession();
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
        keepalive = deployment.node().pings().start(wire, pingGroup);
        deployment.requests().call(this::open);
    }

    private void open() {
        EndpointFrameHandler made;
        try {
            EndpointInstance fresh = deployment.newInstance();
            instance = fresh;
            made = deployment.frameHandler(this, config, fresh);
            handler = made;
        } catch (RuntimeException e) {
            EndpointFailure failure = EndpointFailure.of(e);
            failure.log(deployment.endpointClass());
            wire.fail(failure.status(), EndpointFailure.LINGER);
            return;
        }
        made.onOpen(this, Callback.from(() -> {}, this::onOpenFailed));
        opening = false;
    }

    @Override
    public void onFragment(Opcode opcode, ByteBuffer payload, boolean last) {
        messagePassed();
        deployment.requests().call(() -> message((byte) opcode.code(), payload, last));
    }

    private void message(byte opcode, ByteBuffer payload, boolean last) {
        EndpointFrameHandler to = opened();
        boolean first = opcode != OpCode.CONTINUATION;
        if (first && last) {
            to.onFrame(new Frame(opcode, true, payload), this);
            return;
        }
        if (first && to.takesWhole(opcode)) {
            long maxBytes =
                    opcode == OpCode.TEXT ? getMaxTextMessageSize() : getMaxBinaryMessageSize();
            gathered = new WholeMessage(opcode, maxBytes, payload.remaining());
        }
        WholeMessage whole = gathered;
        if (whole == null) {
            to.onFrame(new Frame(opcode, last, copy(payload)), this);
            return;
        }
        try {
            whole.append(payload);
        } catch (MessageTooLargeException e) {
            gathered = null;
            failed(e);
            return;
        }
        if (last) {
            gathered = null;
            to.onFrame(new Frame(whole.opcode(), true, whole.joined()), this);
        } else {
            demand();
        }
    }

    /** The methods that take a stream or parts may keep them beyond the next demand. */
    private static ByteBuffer copy(ByteBuffer payload) {
        return ByteBuffer.allocate(payload.remaining()).put(payload).flip();
    }

    private EndpointFrameHandler opened() {
        return Objects.requireNonNull(handler, "a message before the session opened");
    }

    @Override
    public void onPong(ByteBuffer payload) {
        Keepalive pings = keepalive;
        if (pings == null || !pings.onPong(payload)) {
            Frame pong = new Frame(OpCode.PONG, copy(payload));
            deployment.requests().call(() -> opened().onPong(pong, this));
        }
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

    @Override
    public void onClosed(CloseStatus status) {
        closed = true;
        onOutputLost();
        if (keepalive != null) {
            keepalive.stop();
        }
        setIdleTimeout(Duration.ZERO);
        deployment.sessions().remove(this);
        gathered = null;
        CloseLog.write(
                status, wire, wire.activity().ageNanos(), queue.lostMessages(), getPathInContext());
        if (streams != null) {
            streams.end(new SessionClosedException(status));
        }
        try {
            deployment.requests().call(() -> tellClosed(status));
        } finally {
            if (instance != null) {
                instance.release().run();
            }
        }
    }

    private void tellClosed(CloseStatus status) {
        EndpointFrameHandler to = handler;
        if (to == null || to.getSession() == null) {
            return;
        }
        try {
            to.onClosed(
                    new org.eclipse.jetty.websocket.core.CloseStatus(
                            status.code(), status.reason()),
                    Callback.from(() -> {}, this::onCloseMethodFailed));
        } finally {
            FrameHandlers.destroyDecoders(to);
        }
    }

    // What the endpoint's methods threw.

    private void onOpenFailed(Throwable failure) {
        EndpointFailure cause = EndpointFailure.of(failure);
        if (opened().getSession() == null || !tellErrorMethod(cause)) {
            cause.log(deployment.endpointClass());
        }
        wire.fail(cause.status(), EndpointFailure.LINGER);
    }

    private void onCloseMethodFailed(Throwable failure) {
        EndpointFailure cause = EndpointFailure.of(failure);
        if (!tellErrorMethod(cause)) {
            cause.log(deployment.endpointClass());
        }
    }

    /** The handler's frame callback: the next demand is the handler's. */
    @Override
    public void succeeded() {}

    /**
     * The handler's frame callback: an endpoint's method threw, or a message was not to its liking.
     * With an {@code @OnError} method the session goes on, unless the failure is one that ends it.
     */
    @Override
    public void failed(Throwable failure) {
        if (survives(failure)) {
            demand();
        }
    }

    /** The same of a method that took a stream: its sink goes on to the next message by itself. */
    void onStreamMethodFailed(Throwable failure) {
        survives(failure);
    }

    private boolean survives(Throwable failure) {
        if (failure instanceof SessionClosedException) {
            return false; // of a frame that no stream will read any more
        }
        EndpointFailure cause = EndpointFailure.of(failure);
        boolean told = tellErrorMethod(cause);
        if (told && !cause.isFatal()) {
            return true;
        }
        if (!told) {
            cause.log(deployment.endpointClass());
        }
        wire.fail(cause.status(), EndpointFailure.LINGER);
        return false;
    }

    private boolean tellErrorMethod(EndpointFailure cause) {
        if (!deployment.hasErrorMethod()) {
            return false;
        }
        opened().onError(
                        cause.cause(),
                        Callback.from(
                                () -> {},
                                thrown ->
                                        EndpointFailure.of(thrown)
                                                .log(deployment.endpointClass())));
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
            wire.demand();
        } else if (wire.activity().isDemandWithheld()) {
            // A Pong's handler demands too, and uses up none.
            queue.whenWritable().whenComplete((writable, over) -> wire.demand());
        }
    }

    @Override
    public void onEvicted(SlowConsumerException evidence) {
        closing = true;
    }

    // Jetty's verbs.

    @Override
    public void sendFrame(OutgoingEntry entry) {
        switch (entry.getFrame().getOpCode()) {
            case OpCode.PING, OpCode.PONG -> OutgoingFrames.sendControl(entry, wire);
            case OpCode.CLOSE -> {
                org.eclipse.jetty.websocket.core.CloseStatus status =
                        org.eclipse.jetty.websocket.core.CloseStatus.getCloseStatus(
                                entry.getFrame());
                close(status.getCode(), status.getReason(), entry.getCallback());
            }
            default -> {
                messagePassed();
                OutgoingFrames.sendData(entry, wire, queue, deployment);
            }
        }
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
        return opening || !closing;
    }

    @Override
    public boolean isClosed() {
        return closed;
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

    /** Made for the first sink that takes a stream. */
    Streams streams() {
        Streams present = streams;
        if (present == null) {
            streams = present = new Streams(this);
        }
        return present;
    }

    // What the handshake said.

    @Override
    public @Nullable Principal getUserPrincipal() {
        return null;
    }

    @Override
    public URI getRequestURI() {
        return URI.create(requestUri);
    }

    @Override
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
