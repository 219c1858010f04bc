package io.highwater.handshake;

import io.highwater.handshake.UpgradeDecision.Accepted;
import io.highwater.handshake.UpgradeDecision.Lease;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.address.TrustedProxies;
import io.highwater.log.LogLimit;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the rules and takes care of the outcome: however the rules behave, there is one decision and
 * it is counted, and the leases that the rules took are held by an accepted session or given back.
 * Thread-safe.
 */
@PerNode
final class HandshakeRules implements Handshake {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeRules.class);
    private static final Rejected ERROR = Rejected.of(500, "error", "The server failed to decide.");

    private final TrustedProxies proxies;
    private final HandshakeChain chain;
    private final HandshakeObserver observer;
    private final LogLimit logs;
    private final boolean teamRules;

    /** Kinds of failure whose stack was logged; bounded by the number of Throwable classes. */
    private final Set<Class<?>> explained = ConcurrentHashMap.newKeySet();

    @Inject
    HandshakeRules(
            TrustedProxies proxies,
            HandshakeChain chain,
            HandshakeObserver observer,
            LogLimit logs,
            BeanManager beans) {
        this.logs = logs;
        this.proxies = proxies;
        this.chain = chain;
        this.observer = observer;
        this.teamRules = beans.getExtension(HandshakeExtension.class).hasTeamRules();
    }

    @Override
    public boolean mayBlock(UpgradeRequest request) {
        return teamRules;
    }

    @Override
    public CompletionStage<UpgradeDecision> decide(UpgradeRequest request) {
        HeldLeases held = new HeldLeases(logs);
        return ask(request, held)
                .handle((decision, failure) -> settle(request, held, decision, failure));
    }

    private CompletionStage<UpgradeDecision> ask(UpgradeRequest request, HeldLeases held) {
        try {
            UpgradeAttempt attempt = new UpgradeAttempt(request, proxies.look(request), held);
            CompletionStage<UpgradeDecision> answer = chain.decide(attempt);
            return answer == null ? CompletableFuture.completedStage(null) : answer;
        } catch (Throwable thrown) { // an Error too: the places that rules took must be given back
            return CompletableFuture.failedStage(thrown);
        }
    }

    private UpgradeDecision settle(
            UpgradeRequest request,
            HeldLeases held,
            @Nullable UpgradeDecision decision,
            @Nullable Throwable failure) {
        UpgradeDecision settled;
        if (decision instanceof Accepted accepted) {
            settled = holding(held, accepted);
        } else {
            held.release();
            settled = decision == null ? failed(request, failure) : decision;
        }
        tell(request, settled);
        return settled;
    }

    private static Accepted holding(HeldLeases held, Accepted accepted) {
        if (accepted.lease() != Lease.NONE) {
            held.add(accepted.lease());
        }
        return accepted.withLease(held.handOver());
    }

    /**
     * If an observer's exception got out, the client would lose its session and the node a place.
     */
    private void tell(UpgradeRequest request, UpgradeDecision decision) {
        try {
            observer.onDecided(decision.outcome());
        } catch (RuntimeException | Error e) {
            logFault(request, "A handshake observer failed", e);
        }
    }

    private Rejected failed(UpgradeRequest request, @Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        if (cause instanceof RuntimeException || cause instanceof Error) {
            logFault(request, "A handshake rule failed", cause);
        } else if (!mayLog(request)) {
            return ERROR;
        } else if (cause == null) {
            LOG.error("A handshake rule answered null");
        } else {
            LOG.warn("A handshake rule failed: {}", cause.toString()); // a service it asks is down
        }
        return ERROR;
    }

    private boolean mayLog(UpgradeRequest request) {
        return logs.admits("handshake_failed", request.peer().toString());
    }

    private void logFault(UpgradeRequest request, String what, Throwable fault) {
        if (!mayLog(request)) {
            return;
        }
        if (explained.add(fault.getClass())) {
            LOG.error("{} (the stack is shown once)", what, fault);
        } else {
            LOG.error("{}: {}", what, fault.toString());
        }
    }
}
