package io.highwater.handshake;

import io.highwater.handshake.UpgradeDecision.Accepted;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.UpgradeRequest.ConnectionScope;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Bounds how often an address comes. The first upgrade of a TCP connection is paid by its address;
 * further HTTP/2 streams of a connection thus admitted have a bucket of their own, because a page
 * with fifty sockets on one connection is no flood. Behind a proxy every upgrade is a first one:
 * the connection is the proxy's and may carry the streams of many clients.
 */
@Interceptor
@RateLimited
@Priority(HandshakePriorities.RATE)
final class RateRule {
    private final AddressRates rates;

    @Inject
    RateRule(AddressRates rates) {
        this.rates = rates;
    }

    @AroundInvoke
    Object decide(InvocationContext context) throws Exception {
        UpgradeAttempt attempt = UpgradeAttempt.of(context);
        return attempt.request().isMultiplexed() && attempt.isDirect()
                ? decideStream(attempt, context)
                : decideFirst(attempt, context);
    }

    private CompletionStage<UpgradeDecision> decideFirst(
            UpgradeAttempt attempt, InvocationContext context) throws Exception {
        long waitNanos = rates.admit(attempt.client().block());
        return waitNanos > 0 ? tooOften("rate_per_ip", waitNanos) : UpgradeAttempt.proceed(context);
    }

    private CompletionStage<UpgradeDecision> decideStream(
            UpgradeAttempt attempt, InvocationContext context) throws Exception {
        ConnectionScope connection = attempt.request().connection();
        StreamRate streams = connection.get(StreamRate.class);
        if (streams != null && streams.isAdmitted()) {
            long waitNanos = streams.take();
            if (waitNanos > 0) {
                return tooOften("streams_per_second", waitNanos);
            }
        } else {
            long waitNanos = rates.admit(attempt.client().block());
            if (waitNanos > 0) {
                return tooOften("rate_per_ip", waitNanos);
            }
            streams = connection.computeIfAbsent(StreamRate.class, rates::newStreamRate);
            streams.admit();
        }
        StreamRate paid = streams;
        return UpgradeAttempt.proceed(context)
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
