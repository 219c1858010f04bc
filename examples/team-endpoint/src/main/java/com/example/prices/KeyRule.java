package com.example.prices;

import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Rejected;
import jakarta.annotation.Priority;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.CompletionStage;

/**
 * Lets in who sends the desk's key. Asked about every opening handshake, behind the rules that cost
 * less, and never blocks.
 */
@Interceptor
@KeyRule.KeyKnown
@Priority(HandshakePriorities.PATH + 10)
public class KeyRule extends HandshakeRule {
    private static final Rejected REFUSED =
            Rejected.of(401, "key", "Send the desk's key in X-Desk-Key.");

    /** Ties the rule to the handshake. */
    @InterceptorBinding
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    public @interface KeyKnown {}

    @Override
    protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
        String key = attempt.request().header("X-Desk-Key");
        return "open-sesame".equals(key) ? next.decide() : REFUSED.asStage();
    }
}
