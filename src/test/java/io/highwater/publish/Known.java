package io.highwater.publish;

import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.identity.Identity;
import jakarta.annotation.Priority;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.concurrent.CompletionStage;

/** A rule that believes the header X-Subject. */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@interface Known {
    @Interceptor
    @Known
    @Priority(HandshakePriorities.PATH + 10)
    class Rule extends HandshakeRule {
        @Override
        protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
            String subject = attempt.request().header("X-Subject");
            return subject == null
                    ? next.decide()
                    : next.decide()
                            .thenApply(decision -> decision.withIdentity(Identity.of(subject)));
        }
    }
}
