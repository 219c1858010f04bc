package io.highwater.wire.jetty;

import io.highwater.wire.Gate;
import io.highwater.wire.Route;
import io.highwater.wire.Transport;
import io.highwater.wire.upgrade.AcceptedAnswer;
import io.highwater.wire.upgrade.Admission;
import io.highwater.wire.upgrade.RejectedAnswer;
import io.highwater.wire.upgrade.UpgradeExchange;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** An opening handshake that Jetty has parsed and will answer. */
final class JettyExchange implements UpgradeExchange {
    private final JettyUpgrade upgrade;
    private final JettyUpgradeRequest asked;
    private final @Nullable Route route;
    private final Request request;
    private final Response response;
    private final Callback callback;

    JettyExchange(
            JettyUpgrade upgrade,
            @Nullable Route route,
            Request request,
            Response response,
            Callback callback) {
        this.upgrade = upgrade;
        this.asked = new JettyUpgradeRequest(request, upgrade.kind(), route);
        this.route = route;
        this.request = request;
        this.response = response;
        this.callback = callback;
    }

    @Override
    public JettyUpgradeRequest request() {
        return asked;
    }

    @Override
    public @Nullable Route route() {
        return route;
    }

    @Override
    public void execute(Runnable task) {
        request.getComponents().getExecutor().execute(task);
    }

    @Override
    public void endConnection() {
        if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
        }
    }

    @Override
    public void refuse(RejectedAnswer answer) {
        if (answer.status() == HttpStatus.BAD_REQUEST_400
                && request.getConnectionMetaData().getConnection()
                        instanceof BadRequests connection) {
            connection.onBadRequest(answer.status());
        }
        response.setStatus(answer.status());
        HttpFields.Mutable headers = response.getHeaders();
        answer.headers().forEach(headers::put);
        response.write(true, answer.body(), callback);
    }

    @Override
    public void fail() {
        Response.writeError(request, response, callback, HttpStatus.INTERNAL_SERVER_ERROR_500);
    }

    @Override
    public void pass(Gate gate, Admission admission) {
        if (gate instanceof ContextGate context) {
            new GatedHandshake(request, response, callback, asked, admission).enter(context);
        } else {
            admission.giveUp();
            throw new IllegalStateException("no gate of Jetty's: " + gate);
        }
    }

    @Override
    public Runnable accept(
            Function<Transport, ? extends Transport.Events> wire, AcceptedAnswer answer) {
        JettyTransport transport = upgrade.transport(request, wire);
        request.addHttpStreamWrapper(stream -> new Upgrading(stream, transport.wire()));
        return () -> send(answer, transport);
    }

    private void send(AcceptedAnswer answer, JettyTransport transport) {
        answer.forEach(response.getHeaders()::add);
        request.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, transport);
        upgrade.answer(
                response,
                Callback.from(
                        callback::succeeded,
                        cause -> {
                            // Jetty answers 500 now, and would upgrade after that, too.
                            request.removeAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE);
                            callback.failed(cause);
                        }));
    }

    /**
     * Jetty upgrades after the stream has succeeded, but not always: the peer may be gone by then.
     * So the end of the stream, and not the end of the answer, tells the wire that it was never
     * opened.
     */
    private static final class Upgrading extends HttpStream.Wrapper {
        private final Transport.Events wire;

        Upgrading(HttpStream stream, Transport.Events wire) {
            super(stream);
            this.wire = wire;
        }

        @Override
        public void succeeded() {
            try {
                super.succeeded();
            } finally {
                wire.onNeverOpened();
            }
        }

        @Override
        public void failed(Throwable cause) {
            try {
                super.failed(cause);
            } finally {
                wire.onNeverOpened();
            }
        }
    }
}
