package io.highwater.archive.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.archive.ArchiveObserver;
import io.highwater.backbone.UnavailableException;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long a question waits for its turn. */
final class LaneTest {
    private final FakeTicker ticker = new FakeTicker();
    private final CountDownLatch telling = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(1);

    /** Holds the thread that tells it. */
    private final ArchiveObserver observer =
            new ArchiveObserver() {
                @Override
                public void onReadFailed() {
                    telling.countDown();
                    try {
                        assertThat(held.await(60, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }
            };

    @Test
    void aQuestionThatHasWaitedTooLongFails() throws Exception {
        try (Lane lane =
                new Lane("reads", 1, 10, new CurrentStore(), ticker, observer, LogLimit.none())) {
            CompletionStage<String> first = lane.ask(store -> "answer");
            assertThat(telling.await(60, TimeUnit.SECONDS)).isTrue();
            CompletionStage<String> behind = lane.ask(store -> "answer");
            ticker.advance(Lane.LONGEST_WAIT.plus(Duration.ofSeconds(1)));
            CompletionStage<String> inTime = lane.ask(store -> "answer");
            held.countDown();
            // No store is open.
            assertUnavailable(first, "not open");
            assertUnavailable(behind, "waited too long");
            assertUnavailable(inTime, "not open");
        }
    }

    private static void assertUnavailable(CompletionStage<String> asked, String why) {
        assertThat(asked.toCompletableFuture())
                .failsWithin(60, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(UnavailableException.class)
                .withMessageContaining(why);
    }
}
