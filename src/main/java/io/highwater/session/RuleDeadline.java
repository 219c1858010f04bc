package io.highwater.session;

import io.highwater.time.Timer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** Fails a rule that does not answer in time. Lives until the answer. */
final class RuleDeadline extends Timer {
    /** Long enough for a rule that asks another service; after this the session stops waiting. */
    static final Duration TIME = Duration.ofSeconds(10);

    private final CompletableFuture<Boolean> answer;

    RuleDeadline(CompletableFuture<Boolean> answer) {
        this.answer = answer;
    }

    @Override
    protected void onDeadline(long nowNanos) {
        answer.completeExceptionally(
                new TimeoutException("the rule did not answer within " + TIME.toSeconds() + " s"));
    }
}
