package io.highwater.wire.upgrade;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.limits.Payer;
import io.highwater.wire.Route;
import io.highwater.wire.WireExtension;
import io.highwater.wire.deflate.PermessageDeflate;
import io.highwater.wire.engine.WireConnection;
import io.highwater.wire.engine.WireContext;
import org.jspecify.annotations.Nullable;

/**
 * A handshake that the rules have accepted and that is not answered yet. What the rules hold for it
 * is given back once: by {@link #giveUp}, by an {@link #open} that throws, or with the session's
 * end.
 */
public final class Admission {
    private final WireContext context;
    private final PermessageDeflate deflate;
    private final HandshakeLog log;
    private final UpgradeExchange exchange;
    private final Route route;
    private final UpgradeDecision.Accepted accepted;

    Admission(
            WireContext context,
            PermessageDeflate deflate,
            HandshakeLog log,
            UpgradeExchange exchange,
            Route route,
            UpgradeDecision.Accepted accepted) {
        this.context = context;
        this.deflate = deflate;
        this.log = log;
        this.exchange = exchange;
        this.route = route;
        this.accepted = accepted;
    }

    /**
     * Agrees on the extensions and makes the session.
     *
     * @param request the exchange's request; after a gate, a copy that knows who asks
     * @return sends the answer
     */
    public Runnable open(UpgradeRequest request) {
        @Nullable WireExtension agreed = null;
        try {
            Payer payer = context.ledger().payers().of(accepted.clientAddress());
            @Nullable WireExtension extension =
                    deflate.negotiate(
                            route.policy()
                                    .choices()
                                    .chooseExtensions(request.headers("Sec-WebSocket-Extensions")),
                            accepted.deflate(),
                            payer);
            agreed = extension;
            AcceptedAnswer answer = new AcceptedAnswer(request, accepted, extension);
            return exchange.accept(
                    transport ->
                            new WireConnection(
                                    context, transport, route, request, accepted, payer, extension,
                                    answer),
                    answer);
        } catch (RuntimeException | Error e) {
            if (agreed != null) {
                agreed.close();
            }
            giveUp();
            throw e;
        }
    }

    /** The handshake comes to nothing. Does nothing if the lease was given back before. */
    public void giveUp() {
        accepted.lease().release();
    }

    /** Tells the log what {@link #open} threw. */
    public void failed(Throwable cause) {
        log.failed(exchange.request(), cause);
    }
}
