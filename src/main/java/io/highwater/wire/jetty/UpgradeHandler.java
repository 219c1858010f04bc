package io.highwater.wire.jetty;

import io.highwater.handshake.Handshake;
import io.highwater.handshake.HandshakeObserver;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import io.highwater.wire.Route;
import io.highwater.wire.Router;
import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import io.highwater.wire.WireAcceptor;
import io.highwater.wire.WireConnection;
import io.highwater.wire.WireContext;
import io.highwater.wire.WireExtension;
import io.highwater.wire.deflate.PermessageDeflate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.TunnelSupport;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Answers opening handshakes of both kinds, by the handshake rules, and hands the connection or the
 * stream to the engine. Stands in front of all other handlers; what is no handshake goes on to
 * them. Thread-safe.
 */
public final class UpgradeHandler extends Handler.Wrapper {
    private static final Logger LOG = LoggerFactory.getLogger(UpgradeHandler.class);

    private static final String ACCEPT = "Sec-WebSocket-Accept";

    /** Of a request that is no handshake: it has the path of a WebSocket. */
    private static final String PATH = UpgradeHandler.class.getName() + ".path";

    private static final HttpField UPGRADE =
            new PreEncodedHttpField(HttpHeader.UPGRADE, "websocket");
    private static final HttpField CONNECTION =
            new PreEncodedHttpField(HttpHeader.CONNECTION, "Upgrade");

    /** What it sends would be read as frames, or the frames as a body that is missing. */
    private static final UpgradeDecision.Rejected HAS_BODY =
            UpgradeDecision.Rejected.of(400, "body", "An opening handshake has no body.");

    private static final UpgradeDecision.Rejected FULL =
            UpgradeDecision.Rejected.of(
                            503, "handshakes", "Too many opening handshakes are under way.")
                    .withRetryAfter(Duration.ofSeconds(1));

    private static final int MOST_LOGGED_CHARS = 200;

    /** A virtual thread that is parked, and what it was given. Measured. */
    private static final int ELSEWHERE_BYTES = 3_000;

    private final Handshake handshake;
    private final Router router;
    private final WireContext context;
    private final PermessageDeflate deflate;
    private final HandshakeObserver observer;
    private final Book handshakes;

    /**
     * @param observer hears of what is refused before the rules are asked; the rules tell it the
     *     rest
     */
    public UpgradeHandler(
            Handshake handshake,
            Router router,
            WireContext context,
            PermessageDeflate deflate,
            HandshakeObserver observer) {
        this.handshake = handshake;
        this.observer = observer;
        this.router = router;
        this.context = context;
        this.deflate = deflate;
        this.handshakes = context.ledger().book(Account.HANDSHAKES);
    }

    /** Whether it is a connection that was upgraded here: its end calls nobody who may block. */
    public static boolean isWebSocket(@Nullable Connection connection) {
        return connection instanceof JettyTransport;
    }

    /** Whether a request that is no handshake has the path of a WebSocket. */
    public static boolean hasWebSocketPath(Request request) {
        return request.getAttribute(PATH) != null;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        UpgradeRequest.Kind kind = kind(request);
        if (kind == null) {
            if (router.route(Request.getPathInContext(request)) != null) {
                request.setAttribute(PATH, true);
            }
            return super.handle(request, response, callback);
        }
        Route route = router.route(Request.getPathInContext(request));
        JettyUpgradeRequest upgrade = new JettyUpgradeRequest(request, kind, route);
        if (kind == UpgradeRequest.Kind.UPGRADE && hasBody(request)) {
            refused(upgrade, HAS_BODY);
            answer(HAS_BODY, request, response, callback);
            return true;
        }
        if (mayBlock(upgrade, route)) {
            Runnable decision = () -> decide(upgrade, route, request, response, callback);
            if (!elsewhere(request, response, callback, decision)) {
                refuseOneTooMany(upgrade, request, response, callback);
            }
        } else {
            decide(upgrade, route, request, response, callback);
        }
        return true;
    }

    /** Before the rules were asked, who count and log what they refuse. */
    private void refused(UpgradeRequest upgrade, UpgradeDecision.Rejected rejected) {
        context.logs().tell("handshakes", () -> observer.onDecided(rejected.outcome()));
        logRefused(upgrade, rejected);
    }

    private void refuseOneTooMany(
            UpgradeRequest upgrade, Request request, Response response, Callback callback) {
        refused(upgrade, FULL);
        close(request, response);
        reject(FULL, response, callback);
    }

    /** A client that sends one after the other would keep the thread that reads for many. */
    private void answer(
            UpgradeDecision.Rejected rejected,
            Request request,
            Response response,
            Callback callback) {
        Runnable answer = () -> reject(rejected, response, callback);
        if (!elsewhere(request, response, callback, answer)) {
            close(request, response);
            answer.run();
        }
    }

    private static boolean hasBody(Request request) {
        return request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
                || request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > 0;
    }

    /**
     * Off the thread that reads; what is thrown there is answered, too. As many as the account
     * holds: a rule that waits would else gather all that come meanwhile.
     *
     * @return false for one too many, which the caller answers
     */
    private boolean elsewhere(
            Request request, Response response, Callback callback, Runnable task) {
        Payer payer = payer(request);
        if (!handshakes.tryAdd(payer, ELSEWHERE_BYTES)) {
            return false;
        }
        try {
            request.getComponents()
                    .getExecutor()
                    .execute(
                            () -> {
                                try {
                                    task.run();
                                } catch (Throwable e) {
                                    Response.writeError(request, response, callback, e);
                                } finally {
                                    handshakes.add(payer, -ELSEWHERE_BYTES);
                                }
                            });
            return true;
        } catch (RejectedExecutionException e) {
            handshakes.add(payer, -ELSEWHERE_BYTES);
            throw e;
        }
    }

    /** Who comes next on HTTP/1.1 has to connect: it is answered by the thread that reads. */
    private static void close(Request request, Response response) {
        if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
        }
    }

    private Payer payer(Request request) {
        InetAddress address =
                request.getConnectionMetaData().getRemoteSocketAddress()
                                        instanceof InetSocketAddress inet
                                && inet.getAddress() != null
                        ? inet.getAddress()
                        : InetAddress.getLoopbackAddress();
        return context.ledger().payers().of(address);
    }

    private boolean mayBlock(UpgradeRequest upgrade, @Nullable Route route) {
        return (route != null && route.policy().choices() != RoutePolicy.Choices.NONE)
                || handshake.mayBlock(upgrade);
    }

    private void decide(
            JettyUpgradeRequest upgrade,
            @Nullable Route route,
            Request request,
            Response response,
            Callback callback) {
        handshake
                .decide(upgrade)
                .whenComplete(
                        (decision, failure) -> {
                            try {
                                answer(
                                        upgrade, route, decision, failure, request, response,
                                        callback);
                            } catch (Throwable e) {
                                failureLog(upgrade).setCause(e).log("an opening handshake failed");
                                Response.writeError(request, response, callback, 500);
                            }
                        });
    }

    private LoggingEventBuilder failureLog(UpgradeRequest upgrade) {
        return context.logs().limit(LOG.atError(), "handshake_failed", upgrade.peer().toString());
    }

    private static UpgradeRequest.@Nullable Kind kind(Request request) {
        if (HttpMethod.GET.is(request.getMethod())
                && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1
                && request.getHeaders().contains(HttpHeader.UPGRADE, "websocket")
                && request.getHeaders().contains(HttpHeader.CONNECTION, "upgrade")) {
            return UpgradeRequest.Kind.UPGRADE;
        }
        if (HttpMethod.CONNECT.is(request.getMethod())) {
            TunnelSupport tunnel = request.getTunnelSupport();
            if (tunnel != null && "websocket".equals(tunnel.getProtocol())) {
                return UpgradeRequest.Kind.EXTENDED_CONNECT;
            }
        }
        return null;
    }

    private void answer(
            JettyUpgradeRequest upgrade,
            @Nullable Route route,
            @Nullable UpgradeDecision decision,
            @Nullable Throwable failure,
            Request request,
            Response response,
            Callback callback) {
        if (decision instanceof UpgradeDecision.Accepted accepted) {
            if (route == null) {
                accepted.lease().release();
                throw new IllegalStateException("no route was accepted: " + upgrade.path());
            }
            if (route.gate() instanceof ContextGate gate) {
                enter(gate, upgrade, route, accepted, request, response, callback);
            } else {
                accept(upgrade, route, accepted, request, response, callback).run();
            }
        } else if (decision instanceof UpgradeDecision.Rejected rejected) {
            logRefused(upgrade, rejected);
            answer(rejected, request, response, callback);
        } else {
            failureLog(upgrade).setCause(failure).log("the handshake rules failed");
            Response.writeError(request, response, callback, HttpStatus.INTERNAL_SERVER_ERROR_500);
        }
    }

    /** So that who runs the node sees why a client has no connection; the client's text is cut. */
    private void logRefused(UpgradeRequest upgrade, UpgradeDecision.Rejected rejected) {
        context.logs()
                .limit(LOG.atInfo(), "handshake_refused", upgrade.peer().toString())
                .addKeyValue("rule", rejected.outcome())
                .addKeyValue("status", rejected.status())
                .addKeyValue("reason", () -> cut(rejected.reason()))
                .addKeyValue("path", () -> cut(upgrade.path()))
                .addKeyValue("origin", () -> cut(upgrade.header("Origin")))
                .addKeyValue("peer", () -> shown(upgrade.peer()))
                .addKeyValue("forwarded_for", () -> cut(upgrade.header("X-Forwarded-For")))
                .log("handshake_refused");
    }

    /** As other lines have it: without a name, and the slash behind it. */
    private static String shown(InetSocketAddress peer) {
        String text = peer.toString();
        return text.substring(text.indexOf('/') + 1);
    }

    private static String cut(@Nullable String text) {
        if (text == null) {
            return "";
        }
        return text.length() <= MOST_LOGGED_CHARS
                ? text
                : text.substring(0, MOST_LOGGED_CHARS) + "…";
    }

    private static void reject(
            UpgradeDecision.Rejected rejected, Response response, Callback callback) {
        if (rejected.status() == HttpStatus.BAD_REQUEST_400
                && response.getRequest().getConnectionMetaData().getConnection()
                        instanceof BadRequests connection) {
            connection.onBadRequest(rejected.status());
        }
        response.setStatus(rejected.status());
        HttpFields.Mutable headers = response.getHeaders();
        rejected.headers().forEach(headers::put);
        if (rejected.retryAfter() != null) {
            // Retry-After counts whole seconds (RFC 9110 section 10.2.3): rounded up, at least one.
            long seconds = Math.max(1, (rejected.retryAfter().toMillis() + 999) / 1000);
            headers.put(HttpHeader.RETRY_AFTER, seconds);
        }
        headers.put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
        byte[] body = (rejected.reason() + "\n").getBytes(StandardCharsets.UTF_8);
        response.write(true, ByteBuffer.wrap(body), callback);
    }

    /** A web application's filters may block. */
    private void enter(
            ContextGate gate,
            JettyUpgradeRequest upgrade,
            Route route,
            UpgradeDecision.Accepted accepted,
            Request request,
            Response response,
            Callback callback) {
        GatedHandshake gated =
                new GatedHandshake(
                        request,
                        response,
                        callback,
                        visitor ->
                                accept(
                                        upgrade.of(visitor),
                                        route,
                                        accepted,
                                        request,
                                        response,
                                        callback),
                        () -> accepted.lease().release(),
                        failure ->
                                failureLog(upgrade)
                                        .setCause(failure)
                                        .log("an opening handshake failed"));
        boolean entered = false;
        try {
            entered = elsewhere(request, response, callback, () -> gated.enter(gate));
        } finally {
            if (!entered) {
                accepted.lease().release();
            }
        }
        if (!entered) {
            refuseOneTooMany(upgrade, request, response, callback);
        }
    }

    /** Makes the session; what is returned sends the answer. */
    private Runnable accept(
            UpgradeRequest upgrade,
            Route route,
            UpgradeDecision.Accepted accepted,
            Request request,
            Response response,
            Callback callback) {
        Payer payer;
        @Nullable WireExtension extension;
        try {
            payer = context.ledger().payers().of(accepted.clientAddress());
            extension =
                    deflate.negotiate(
                            route.policy()
                                    .choices()
                                    .chooseExtensions(upgrade.headers("Sec-WebSocket-Extensions")),
                            accepted.deflate(),
                            payer);
        } catch (RuntimeException | Error e) {
            accepted.lease().release();
            throw e;
        }
        JettyTransport transport;
        Answer answer = new Answer(upgrade, accepted, extension);
        try {
            transport =
                    transport(
                            request,
                            upgrade.kind(),
                            t ->
                                    new WireConnection(
                                            context, t, route, upgrade, accepted, payer, extension,
                                            answer));
            request.addHttpStreamWrapper(stream -> new Upgrading(stream, transport.wire()));
        } catch (RuntimeException | Error e) {
            if (extension != null) {
                extension.close();
            }
            accepted.lease().release();
            throw e;
        }
        return () -> sendAnswer(upgrade.kind(), answer, transport, request, response, callback);
    }

    private static void sendAnswer(
            UpgradeRequest.Kind kind,
            Answer answer,
            JettyTransport transport,
            Request request,
            Response response,
            Callback callback) {
        boolean last = kind == UpgradeRequest.Kind.UPGRADE;
        response.setStatus(last ? HttpStatus.SWITCHING_PROTOCOLS_101 : HttpStatus.OK_200);
        response.getHeaders().add(answer.fields);
        request.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, transport);
        // A last write would make Jetty add "content-length: 0" to the 200, which RFC 9110 section
        // 9.3.6 forbids and strict clients refuse.
        response.write(
                last,
                null,
                Callback.from(
                        callback::succeeded,
                        cause -> {
                            // Jetty answers 500 now, and would upgrade after that, too.
                            request.removeAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE);
                            callback.failed(cause);
                        }));
    }

    /** What an accepted handshake is answered with, as long as it may still fail. */
    private static final class Answer implements WireAcceptor.ResponseHeaders {
        private final HttpFields.Mutable fields = HttpFields.build();

        Answer(
                UpgradeRequest upgrade,
                UpgradeDecision.Accepted accepted,
                @Nullable WireExtension extension) {
            String key = upgrade.header("Sec-WebSocket-Key");
            if (upgrade.kind() == UpgradeRequest.Kind.UPGRADE) {
                fields.add(UPGRADE).add(CONNECTION);
                fields.put(ACCEPT, AcceptKey.of(key == null ? "" : key));
            } else if (key != null) {
                // RFC 8441 section 5 has neither. A client that sends the one wants the other.
                fields.put(ACCEPT, AcceptKey.of(key));
            }
            subprotocol(accepted.subprotocol());
            if (extension != null) {
                fields.put(HttpHeader.SEC_WEBSOCKET_EXTENSIONS, extension.answer());
            }
        }

        @Override
        public Map<String, List<String>> all() {
            Map<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (HttpField field : fields) {
                all.computeIfAbsent(field.getName(), name -> new ArrayList<>(1))
                        .add(field.getValue());
            }
            return all;
        }

        @Override
        public void add(String name, String value) {
            fields.add(name, value);
        }

        @Override
        public void subprotocol(@Nullable String name) {
            if (name == null) {
                fields.remove(HttpHeader.SEC_WEBSOCKET_SUBPROTOCOL);
            } else {
                fields.put(HttpHeader.SEC_WEBSOCKET_SUBPROTOCOL, name);
            }
        }
    }

    /**
     * Jetty upgrades when the stream has succeeded, and not always: the peer may be gone by then.
     * So the wire hears from the stream's end, and not from the answer's, that it came to nothing.
     */
    private static final class Upgrading extends HttpStream.Wrapper {
        private final WireConnection wire;

        Upgrading(HttpStream stream, WireConnection wire) {
            super(stream);
            this.wire = wire;
        }

        @Override
        public void succeeded() {
            try {
                super.succeeded();
            } finally {
                wire.onUpgradeOver();
            }
        }

        @Override
        public void failed(Throwable cause) {
            try {
                super.failed(cause);
            } finally {
                wire.onUpgradeOver();
            }
        }
    }

    private JettyTransport transport(
            Request request, UpgradeRequest.Kind kind, Function<Transport, WireConnection> wire) {
        ConnectionMetaData connection = request.getConnectionMetaData();
        boolean secure = connection.isSecure();
        return switch (kind) {
            case UPGRADE ->
                    new SocketTransport(
                            connection.getConnection().getEndPoint(),
                            secure ? TransportKind.HTTP1_TLS : TransportKind.HTTP1,
                            wire);
            case EXTENDED_CONNECT ->
                    new StreamTransport(
                            request.getTunnelSupport().getEndPoint(),
                            secure ? TransportKind.H2 : TransportKind.H2C,
                            context.wheel(),
                            wire);
        };
    }
}
