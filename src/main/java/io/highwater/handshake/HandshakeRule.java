package io.highwater.handshake;

import io.highwater.api.Api;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.InvocationContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A rule of the opening handshake: a CDI interceptor, which its binding ties to the handshake. Each
 * enabled one is asked about every handshake, at the place that its {@code @Priority} names.
 *
 * <pre>{@code
 * @InterceptorBinding
 * @Retention(RUNTIME) @Target(TYPE)
 * public @interface TenantKnown {}
 *
 * @Interceptor @TenantKnown @Priority(HandshakePriorities.PATH + 10)
 * public class TenantRule extends HandshakeRule {
 *     @Override
 *     protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
 *         return attempt.request().header("X-Tenant") != null
 *                 ? next.decide()
 *                 : Rejected.of(403, "tenant_unknown", "No tenant.").asStage();
 *     }
 * }
 * }</pre>
 *
 * A deployment is refused whose rule has no binding, no {@code @Priority}, or that of another rule.
 * There is one object of a rule for each container, which all handshakes share: it is thread-safe.
 */
@Api
public abstract class HandshakeRule {
    /**
     * Answers, and does not block; it may ask the next rules later, on another thread. What it
     * throws, and a stage that fails, becomes a 500.
     *
     * @param next the rules behind this one: without them the client is not let in
     */
    protected abstract CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next);

    /** The container's way to {@link #decide}. */
    @AroundInvoke
    Object intercept(InvocationContext call) {
        CompletionStage<UpgradeDecision> answer =
                decide((UpgradeAttempt) call.getParameters()[0], () -> proceed(call));
        if (answer == null) {
            throw new IllegalStateException(getClass().getName() + " answered null");
        }
        return answer;
    }

    @SuppressWarnings("unchecked") // the type of HandshakeChain.decide
    private static CompletionStage<UpgradeDecision> proceed(InvocationContext call) {
        try {
            return (CompletionStage<UpgradeDecision>) call.proceed();
        } catch (Throwable thrown) { // an Error too: rules in front may have something to undo
            return CompletableFuture.failedStage(thrown);
        }
    }

    /** The rules behind one, and in the end the acceptance. Thread-safe. */
    @FunctionalInterface
    public interface Next {
        /** Asks them; once at most. Never throws: where one of them did, the stage has failed. */
        CompletionStage<UpgradeDecision> decide();
    }
}
