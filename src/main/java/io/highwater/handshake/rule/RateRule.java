package io.highwater.handshake.rule;

import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Accepted;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.UpgradeRequest.ConnectionScope;
import io.highwater.limits.AddressBlock;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Limits how often an address may open sessions. The first upgrade of a TCP connection counts
 * against its address; further HTTP/2 streams of a connection admitted in this way count against
 * the connection's own bucket, because a page with fifty sockets on one connection is no flood.
 * Behind a proxy every upgrade counts as a first one: the connection belongs to the proxy and may
 * carry the streams of many clients.
 */
@Interceptor
@RateLimited
@Priority(HandshakePriorities.RATE)
final class RateRule extends HandshakeRule {
    private final AddressRates rates;

    @Inject
    RateRule(AddressRates rates) {
        this.rates = rates;
    }

    @Override
    protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
        return attempt.request().isMultiplexed() && isDirect(attempt)
                ? decideStream(attempt, next)
                : decideFirst(attempt, next);
    }

    /** Whether the TCP connection comes directly from the client. */
    private static boolean isDirect(UpgradeAttempt attempt) {
        return attempt.clientAddress().equals(attempt.request().peer().getAddress());
    }

    private CompletionStage<UpgradeDecision> decideFirst(UpgradeAttempt attempt, Next next) {
        long waitNanos = rates.admit(AddressBlock.of(attempt.clientAddress()));
        return waitNanos > 0 ? tooOften("rate_per_ip", waitNanos) : next.decide();
    }

    private CompletionStage<UpgradeDecision> decideStream(UpgradeAttempt attempt, Next next) {
        ConnectionScope connection = attempt.request().connection();
        StreamRate streams = connection.get(StreamRate.class);
        if (streams != null && streams.isAdmitted()) {
            long waitNanos = streams.take();
            if (waitNanos > 0) {
                return tooOften("streams_per_second", waitNanos);
            }
        } else {
            long waitNanos = rates.admit(AddressBlock.of(attempt.clientAddress()));
            if (waitNanos > 0) {
                return tooOften("rate_per_ip", waitNanos);
            }
            streams = connection.computeIfAbsent(StreamRate.class, rates::newStreamRate);
            streams.admit();
        }
        StreamRate paid = streams;
        return next.decide()
                .whenComplete(
                        (decision, failure) -> {
                            if (!(decision instanceof Accepted)) {
                                paid.withdraw();
                            }
                        });
    }

    private static CompletionStage<UpgradeDecision> tooOften(String outcome, long waitNanos) {
        return Rejected.of(429, outcome, "Too many handshakes; come again later.")
                .withRetryAfter(Duration.ofNanos(waitNanos))
                .asStage();
    }
}
