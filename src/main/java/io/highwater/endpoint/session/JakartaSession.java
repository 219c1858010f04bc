package io.highwater.endpoint.session;

import io.highwater.endpoint.HighWaterAsync;
import io.highwater.endpoint.jetty.Extensions;
import io.highwater.endpoint.jetty.QueryParameters;
import io.highwater.endpoint.remote.BasicRemote;
import io.highwater.endpoint.remote.SendingSession;
import io.highwater.wire.CloseStatus;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Extension;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import java.net.URI;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A session as its endpoint sees it. (Jetty's own class builds tables of 40 encoders and decoders,
 * which take half its memory.) Once the endpoint has been told of the end, all methods throw
 * IllegalStateException except {@link #close}, {@link #isOpen} and {@link #getId}, which
 * applications need to forget the session. Thread-safe; the parts that most sessions never use are
 * made on demand.
 */
public final class JakartaSession implements Session {
    private final EndpointSession session;

    /** Guarded by this, as are the remotes; null until asked for. */
    private volatile @Nullable String id;

    private volatile @Nullable HighWaterAsync async;
    private volatile @Nullable BasicRemote basic;

    JakartaSession(EndpointSession session) {
        this.session = session;
    }

    /** The part that sends for this session. */
    public SendingSession sending() {
        return session;
    }

    /**
     * Returns the session as long as it is not over.
     *
     * @throws IllegalStateException if it is over
     */
    private EndpointSession valid() {
        if (session.isOver()) {
            throw new IllegalStateException("the session is over");
        }
        return session;
    }

    @Override
    public HighWaterAsync getAsyncRemote() {
        valid();
        return async();
    }

    /** The same, but also works once the session is over. */
    public HighWaterAsync async() {
        HighWaterAsync present = async;
        if (present == null) {
            synchronized (this) {
                present = async;
                if (present == null) {
                    async = present = HighWaterAsync.over(session);
                }
            }
        }
        return present;
    }

    @Override
    public BasicRemote getBasicRemote() {
        valid();
        return basic();
    }

    private BasicRemote basic() {
        BasicRemote present = basic;
        if (present == null) {
            synchronized (this) {
                present = basic;
                if (present == null) {
                    basic = present = new BasicRemote(session);
                }
            }
        }
        return present;
    }

    @Override
    public String getId() {
        String present = id;
        if (present == null) {
            synchronized (this) {
                present = id;
                if (present == null) {
                    id = present = UUID.randomUUID().toString();
                }
            }
        }
        return present;
    }

    @Override
    public WebSocketContainer getContainer() {
        return valid().endpointClass().environment().container();
    }

    // Handlers.

    @Override
    public void addMessageHandler(MessageHandler handler) {
        Objects.requireNonNull(handler, "handler");
        valid().inbound().change(targets -> targets.with(handler, session.methods().decoders()));
    }

    @Override
    public <T> void addMessageHandler(Class<T> type, MessageHandler.Whole<T> handler) {
        Objects.requireNonNull(handler, "handler");
        valid().inbound()
                .change(targets -> targets.with(type, handler, session.methods().decoders()));
    }

    @Override
    public <T> void addMessageHandler(Class<T> type, MessageHandler.Partial<T> handler) {
        Objects.requireNonNull(handler, "handler");
        valid().inbound().change(targets -> targets.with(type, handler));
    }

    @Override
    public Set<MessageHandler> getMessageHandlers() {
        return valid().inbound().handlers();
    }

    @Override
    public void removeMessageHandler(MessageHandler handler) {
        valid().inbound().change(targets -> targets.without(handler));
    }

    // Life.

    @Override
    public boolean isOpen() {
        return session.isOutputOpen();
    }

    @Override
    public void close() {
        session.closeForEndpoint(new CloseStatus(CloseStatus.NORMAL, ""));
    }

    @Override
    public void close(CloseReason reason) {
        String phrase = reason.getReasonPhrase();
        session.closeForEndpoint(
                new CloseStatus(reason.getCloseCode().getCode(), phrase == null ? "" : phrase));
    }

    @Override
    public long getMaxIdleTimeout() {
        return valid().maxIdle().toMillis();
    }

    @Override
    public void setMaxIdleTimeout(long milliseconds) {
        valid().maxIdle(Duration.ofMillis(milliseconds));
    }

    @Override
    public int getMaxBinaryMessageBufferSize() {
        return valid().maxBinaryBytes();
    }

    @Override
    public void setMaxBinaryMessageBufferSize(int bytes) {
        valid().maxBinaryBytes(bytes);
    }

    @Override
    public int getMaxTextMessageBufferSize() {
        return valid().maxTextBytes();
    }

    @Override
    public void setMaxTextMessageBufferSize(int bytes) {
        valid().maxTextBytes(bytes);
    }

    // What the handshake said.

    @Override
    public String getProtocolVersion() {
        valid();
        return "13";
    }

    @Override
    public String getNegotiatedSubprotocol() {
        return Objects.requireNonNullElse(valid().subprotocol(), "");
    }

    @Override
    public List<Extension> getNegotiatedExtensions() {
        return Extensions.negotiated(valid().extensions());
    }

    @Override
    public boolean isSecure() {
        return valid().isSecure();
    }

    @Override
    public URI getRequestURI() {
        return valid().requestUri();
    }

    @Override
    public Map<String, List<String>> getRequestParameterMap() {
        return QueryParameters.of(valid().requestUri().getRawQuery());
    }

    @Override
    public @Nullable String getQueryString() {
        return valid().requestUri().getRawQuery();
    }

    @Override
    public Map<String, String> getPathParameters() {
        return valid().pathParams();
    }

    @Override
    public Map<String, Object> getUserProperties() {
        return valid().config().getUserProperties();
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
        valid();
        return session.config().principal();
    }

    @Override
    public Set<Session> getOpenSessions() {
        return valid().endpointClass().openSessions();
    }

    @Override
    public String toString() {
        return "session " + getId() + " of " + session.requestUri().getRawPath();
    }
}
