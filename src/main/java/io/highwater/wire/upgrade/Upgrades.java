package io.highwater.wire.upgrade;

import io.highwater.handshake.Handshake;
import io.highwater.handshake.HandshakeObserver;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.wire.Gate;
import io.highwater.wire.Route;
import io.highwater.wire.Router;
import io.highwater.wire.deflate.PermessageDeflate;
import io.highwater.wire.engine.WireContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Answers opening handshakes as the handshake rules decide, and makes the sessions of those that
 * the rules accept. Thread-safe.
 *
 * <p>A stack asks for the {@link #route}, makes an {@link UpgradeExchange}, and has it {@linkplain
 * #decide decided}.
 */
public final class Upgrades {
    private static final UpgradeDecision.Rejected FULL =
            UpgradeDecision.Rejected.of(
                            503, "handshakes", "Too many opening handshakes are under way.")
                    .withRetryAfter(Duration.ofSeconds(1));

    private final Handshake handshake;
    private final Router router;
    private final WireContext context;
    private final PermessageDeflate deflate;
    private final HandshakeObserver observer;
    private final HandshakeLog log;
    private final Elsewhere elsewhere;

    /**
     * @param observer hears of what is refused before the rules are asked; the rules tell it of all
     *     other decisions
     */
    public Upgrades(
            Handshake handshake,
            Router router,
            WireContext context,
            PermessageDeflate deflate,
            HandshakeObserver observer) {
        this.handshake = handshake;
        this.router = router;
        this.context = context;
        this.deflate = deflate;
        this.observer = observer;
        this.log = new HandshakeLog(context.logs());
        this.elsewhere = new Elsewhere(context.ledger(), log);
    }

    /** What is deployed at a path, for an exchange and its request; null: nothing. */
    public @Nullable Route route(String path) {
        return router.route(path);
    }

    /** Asks the rules and answers. Does not block the caller; a failure is answered, too. */
    public void decide(UpgradeExchange exchange) {
        try {
            if (!mayBlock(exchange)) {
                ask(exchange);
            } else if (!elsewhere.run(exchange, () -> ask(exchange))) {
                refuseOneTooMany(exchange);
            }
        } catch (RuntimeException | Error e) {
            fail(exchange, e);
        }
    }

    private boolean mayBlock(UpgradeExchange exchange) {
        Route route = exchange.route();
        return (route != null && route.policy().choices() != RoutePolicy.Choices.NONE)
                || handshake.mayBlock(exchange.request());
    }

    private void ask(UpgradeExchange exchange) {
        handshake
                .decide(exchange.request())
                .whenComplete(
                        (decision, failure) -> {
                            try {
                                answer(exchange, decision, failure);
                            } catch (Throwable e) {
                                fail(exchange, e);
                            }
                        });
    }

    private void answer(
            UpgradeExchange exchange,
            @Nullable UpgradeDecision decision,
            @Nullable Throwable failure) {
        if (decision instanceof UpgradeDecision.Accepted accepted) {
            admit(exchange, accepted);
        } else if (decision instanceof UpgradeDecision.Rejected rejected) {
            log.refused(exchange.request(), rejected);
            reject(exchange, rejected);
        } else {
            log.rulesFailed(exchange.request(), failure);
            exchange.fail();
        }
    }

    private void fail(UpgradeExchange exchange, Throwable cause) {
        try {
            log.failed(exchange.request(), cause);
        } finally {
            exchange.fail();
        }
    }

    // Accepted.

    private void admit(UpgradeExchange exchange, UpgradeDecision.Accepted accepted) {
        Route route = exchange.route();
        if (route == null) {
            accepted.lease().release();
            throw new IllegalStateException("no route was accepted: " + exchange.request().path());
        }
        Admission admission = new Admission(context, deflate, log, exchange, route, accepted);
        Gate gate = route.gate();
        if (gate == null) {
            admission.open(exchange.request()).run();
        } else {
            enter(gate, exchange, admission);
        }
    }

    /** A web application's filters may block. */
    private void enter(Gate gate, UpgradeExchange exchange, Admission admission) {
        boolean entered = false;
        try {
            entered = elsewhere.run(exchange, () -> exchange.pass(gate, admission));
        } finally {
            if (!entered) {
                admission.giveUp();
            }
        }
        if (!entered) {
            refuseOneTooMany(exchange);
        }
    }

    // Refused.

    /**
     * Refuses a handshake that is faulty by HTTP itself. The rules are not asked: this counts and
     * logs the refusal in their place.
     */
    public void refuse(UpgradeExchange exchange, UpgradeDecision.Rejected fault) {
        tell(exchange, fault);
        reject(exchange, fault);
    }

    private void refuseOneTooMany(UpgradeExchange exchange) {
        tell(exchange, FULL);
        exchange.endConnection();
        exchange.refuse(RejectedAnswer.of(FULL));
    }

    private void tell(UpgradeExchange exchange, UpgradeDecision.Rejected rejected) {
        context.logs().tell("handshakes", () -> observer.onDecided(rejected.outcome()));
        log.refused(exchange.request(), rejected);
    }

    /**
     * A client that sends one handshake after the other must not keep the thread that reads for
     * many.
     */
    private void reject(UpgradeExchange exchange, UpgradeDecision.Rejected rejected) {
        RejectedAnswer answer = RejectedAnswer.of(rejected);
        if (!elsewhere.run(exchange, () -> exchange.refuse(answer))) {
            exchange.endConnection();
            exchange.refuse(answer);
        }
    }
}
