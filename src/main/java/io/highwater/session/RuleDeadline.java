package io.highwater.session;

import io.highwater.time.Timer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** A rule that does not answer is not waited for: it has failed. Lives until the answer. */
final class RuleDeadline extends Timer {
    /** A service that a team asks has answered by then, or its session waits for nothing. */
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
