package io.highwater.endpoint.session;

import io.highwater.endpoint.EndpointNode;
import io.highwater.endpoint.codec.Encoders;
import io.highwater.endpoint.codec.SessionCodecs;
import io.highwater.endpoint.jetty.MessageSinks;
import io.highwater.endpoint.message.ReceivingSession;
import io.highwater.endpoint.metadata.CallbackMethod;
import io.highwater.endpoint.metadata.EndpointMethods;
import io.highwater.endpoint.metadata.PathParamException;
import io.highwater.endpoint.remote.BasicRemote;
import io.highwater.log.LogLimit;
import io.highwater.outbound.OutboundNode;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Wire;
import jakarta.websocket.CloseReason;
import java.security.Principal;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The calling part of an endpoint's session: the object whose methods are called, the handling of
 * what they throw, and the call at the end.
 *
 * <p>Confined to the session's run, except for what the superclasses and the endpoint ask for,
 * which never changes or is volatile.
 */
abstract class CallingSession extends ReceivingSession {
    private final EndpointClass endpointClass;
    private final SessionConfig config;

    /** Written in onOpen. */
    private volatile @Nullable JakartaSession jakarta;

    /** Written in onOpen, or with the first message if the class is not told of the opening. */
    private @Nullable EndpointInstance instance;

    CallingSession(EndpointClass endpointClass, Wire wire, SessionConfig config) {
        super(
                wire,
                endpointClass.queues(),
                endpointClass.methods().targets(),
                endpointClass.maxMessageBytes());
        this.endpointClass = endpointClass;
        this.config = config;
    }

    // The session's parts.

    final EndpointClass endpointClass() {
        return endpointClass;
    }

    final SessionEnvironment environment() {
        return endpointClass.environment();
    }

    final EndpointNode node() {
        return environment().node();
    }

    final EndpointMethods methods() {
        return endpointClass.methods();
    }

    final SessionConfig config() {
        return config;
    }

    @Override
    public final Map<String, String> pathParams() {
        return config.pathParams();
    }

    @Override
    public final @Nullable Principal principal() {
        return config.principal();
    }

    @Override
    public final @Nullable JakartaSession jakartaSession() {
        return jakarta;
    }

    @Override
    protected final BasicRemote basicRemote() {
        JakartaSession own = Objects.requireNonNull(jakarta, "a message before the session opened");
        return own.getBasicRemote();
    }

    @Override
    public final Object endpoint() {
        return Objects.requireNonNull(instance, "a callback before the session opened").object();
    }

    @Override
    protected final Encoders encoders() {
        return methods().encoders();
    }

    @Override
    protected final SessionCodecs newCodecs() {
        return new SessionCodecs(config, environment().codecs());
    }

    @Override
    protected final MessageSinks sinks() {
        return environment().sinks();
    }

    @Override
    protected final long nodeMaxMessageBytes() {
        return endpointClass.maxMessageBytes();
    }

    @Override
    public final Executor executor() {
        return environment().executor();
    }

    @Override
    protected final OutboundNode outbound() {
        return node().outbound();
    }

    @Override
    public final long defaultSendTimeoutMillis() {
        return environment().container().getDefaultAsyncSendTimeout();
    }

    @Override
    public final String clientId() {
        JakartaSession session = jakarta;
        return session == null ? "" : session.getId();
    }

    @Override
    protected final void inRequest(Callback callback) throws Throwable {
        environment().requests().call(callback::call);
    }

    // The objects that the endpoint sees.

    final void jakartaSession(JakartaSession made) {
        jakarta = made;
    }

    /**
     * Creates the endpoint's object if there is none. On failure ends the session, returns false.
     */
    final boolean makeInstance() {
        if (instance != null) {
            return true;
        }
        try {
            instance = endpointClass.newInstance();
            return true;
        } catch (RuntimeException e) {
            EndpointFailure failure = EndpointFailure.of(e);
            log(failure);
            wire().fail(failure.status(), LINGER);
            return false;
        }
    }

    final boolean hasInstanceToRelease() {
        return instance != null && instance.isToBeReleased();
    }

    final void releaseInstance() {
        if (instance != null) {
            instance.release().run();
        }
    }

    // What the endpoint's methods threw.

    /**
     * An endpoint's method threw an exception or could not accept a message. With an
     * {@code @OnError} method the session continues, unless the failure is one that ends it.
     */
    @Override
    public final void failed(Throwable failure) {
        if (failure instanceof SessionClosedException) {
            return; // A stream's frame came too late; its reader gets the exception itself.
        }
        if (survives(failure)) {
            demand();
        }
    }

    /**
     * The same without asking for the next message: after a Pong, or for a stream, whose sink
     * continues with the next message by itself.
     */
    @Override
    protected final boolean survives(Throwable failure) {
        EndpointFailure cause = EndpointFailure.of(failure);
        if (tellOrLog(cause) && !cause.isFatal()) {
            return true;
        }
        giveUp(cause.status());
        return false;
    }

    /** Returns false if no {@code @OnError} method was told of the failure, and it was logged. */
    final boolean tellOrLog(EndpointFailure failure) {
        CallbackMethod error = methods().error();
        if (error == null || instance == null) {
            log(failure);
            return false;
        }
        failure.count(node().observer(), logs());
        try {
            error.receive(this, failure.cause());
        } catch (Throwable thrown) {
            log(EndpointFailure.of(thrown));
        }
        return true;
    }

    private void log(EndpointFailure failure) {
        failure.count(node().observer(), logs());
        failure.log(endpointClass.type(), logs(), wire().remoteAddress());
    }

    final LogLimit logs() {
        return outbound().logs();
    }

    // The end, as the endpoint sees it.

    /** Calls {@code @OnClose}, and destroys the decoders and encoders. */
    final void tellClosed(CloseStatus status) {
        CallbackMethod close = methods().close();
        if (jakarta != null && close != null) {
            callClose(close, status);
        }
        destroyCodecs();
    }

    private void callClose(CallbackMethod close, CloseStatus status) {
        try {
            close.receive(this, reason(status));
        } catch (PathParamException toldAtOpening) {
            return;
        } catch (Throwable thrown) {
            tellOrLog(EndpointFailure.of(thrown));
        }
    }

    /**
     * The reason that the peer or the endpoint gave. If neither did, 1006, whatever was sent on the
     * wire (Jakarta WebSocket, section 2.1.5): from it an endpoint learns who closed.
     */
    private CloseReason reason(CloseStatus status) {
        boolean said = isClosedByEndpoint() || wire().isClosedByPeer();
        return new CloseReason(
                said ? code(status) : CloseReason.CloseCodes.CLOSED_ABNORMALLY, status.reason());
    }

    /**
     * An application may close with a code that is never sent and that Jakarta has no constant for.
     */
    private static CloseReason.CloseCode code(CloseStatus status) {
        int code = status.code();
        return code < 1000 || code > 4999 ? () -> code : CloseReason.CloseCodes.getCloseCode(code);
    }
}
