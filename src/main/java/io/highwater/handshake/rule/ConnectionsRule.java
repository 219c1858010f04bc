package io.highwater.handshake.rule;

import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.rule.ConnectionPlaces.Answer;
import io.highwater.handshake.rule.ConnectionPlaces.Full;
import io.highwater.handshake.rule.ConnectionPlaces.Place;
import io.highwater.limits.AddressBlock;
import io.highwater.limits.Ledger;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Limits the sessions of the node and of one address, and the memory that they make the node keep:
 * if an account is nearly full, the addresses that filled it get no more sessions for a while.
 */
@Interceptor
@ConnectionsLimited
@Priority(HandshakePriorities.CONNECTIONS)
final class ConnectionsRule extends HandshakeRule {
    /** It is not known when a session ends; long enough to keep retries away from a full node. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private static final Rejected NODE_FULL =
            Rejected.of(503, "connections", "The server is full.").withRetryAfter(RETRY_AFTER);
    private static final Rejected ADDRESS_FULL =
            Rejected.of(503, "connections_per_ip", "Too many connections from this address.")
                    .withRetryAfter(RETRY_AFTER);

    private static final Rejected SHARE_FULL =
            Rejected.of(
                            503,
                            "connections_share",
                            "The server has few places left, and this address has many.")
                    .withRetryAfter(RETRY_AFTER);

    /** Shorter, because accounts change fast. */
    private static final Rejected NO_MEMORY =
            Rejected.of(503, "memory", "This address keeps too much of the server's memory.")
                    .withRetryAfter(Duration.ofSeconds(2));

    private final ConnectionPlaces places;
    private final Ledger ledger;

    @Inject
    ConnectionsRule(ConnectionPlaces places, Ledger ledger) {
        this.places = places;
        this.ledger = ledger;
    }

    @Override
    protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
        if (ledger.closedTo(ledger.payers().of(attempt.clientAddress())) != null) {
            return NO_MEMORY.asStage();
        }
        Answer answer = places.take(AddressBlock.of(attempt.clientAddress()));
        if (answer instanceof Place place) {
            attempt.holdAsIs(place);
            return next.decide();
        }
        Rejected rejected =
                switch ((Full) answer) {
                    case NODE -> NODE_FULL;
                    case ADDRESS -> ADDRESS_FULL;
                    case SHARE -> SHARE_FULL;
                };
        return rejected.asStage();
    }
}
