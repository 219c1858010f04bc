package io.highwater.handshake;

import io.highwater.api.Api;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.InvocationContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A rule of the opening handshake: a CDI interceptor that its binding ties to the handshake. Every
 * enabled rule is asked about every handshake, in the order of their {@code @Priority}.
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
 * A deployment is refused if a rule has no binding, no {@code @Priority}, or the priority of
 * another rule. Each container has one object per rule, which all handshakes share, so it must be
 * thread-safe.
 */
@Api
public abstract class HandshakeRule {
    /**
     * Answers without blocking; it may ask the next rules later, on another thread. An exception or
     * a failed stage becomes a 500.
     *
     * @param next the rules after this one; a rule that does not ask them refuses the client
     */
    protected abstract CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next);

    /** The container calls {@link #decide} through this method. */
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
        } catch (Throwable thrown) { // an Error too: earlier rules may have something to undo
            return CompletableFuture.failedStage(thrown);
        }
    }

    /** The rules after this one, and finally the acceptance. Thread-safe. */
    @FunctionalInterface
    public interface Next {
        /** Asks them; call it at most once. Never throws: if a rule threw, the stage has failed. */
        CompletionStage<UpgradeDecision> decide();
    }
}
