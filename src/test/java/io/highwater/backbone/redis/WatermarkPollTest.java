package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.archive.SharedArchive;
import io.highwater.backbone.ShardPosition;
import io.highwater.log.LogLimit;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class WatermarkPollTest {
    private static final Map<Integer, ShardPosition> ANSWER =
            Map.of(3, new ShardPosition("local", 8, 5));

    private final ManualLoop loop = new ManualLoop();
    private final List<CompletableFuture<Map<Integer, ShardPosition>>> asked = new ArrayList<>();
    private final List<Map<Integer, ShardPosition>> answers = new ArrayList<>();
    private final WatermarkPoll poll =
            new WatermarkPoll(
                    archive(),
                    "local",
                    loop,
                    Timing.defaults().backoff(new SplittableRandom(1)),
                    LogLimit.none(),
                    answers::add);

    private SharedArchive archive() {
        return (SharedArchive)
                Proxy.newProxyInstance(
                        SharedArchive.class.getClassLoader(),
                        new Class<?>[] {SharedArchive.class},
                        (proxy, method, args) -> {
                            assertThat(method.getName()).isEqualTo("watermarks");
                            CompletableFuture<Map<Integer, ShardPosition>> answer =
                                    new CompletableFuture<>();
                            asked.add(answer);
                            return answer;
                        });
    }

    private void advance(int millis) {
        loop.advance(Duration.ofMillis(millis));
    }

    @Test
    void itAsksOnceForAllWhoWantAnAnswerAndOnlyThen() {
        advance(10_000);
        assertThat(asked).isEmpty();
        poll.want(Duration.ofMillis(500));
        poll.want(Duration.ofMillis(10));
        poll.want(Duration.ofMillis(10));
        advance(9);
        assertThat(asked).isEmpty();
        advance(1);
        assertThat(asked).hasSize(1);
        asked.get(0).complete(ANSWER);
        assertThat(answers).containsExactly(ANSWER);
        advance(10_000);
        assertThat(asked).hasSize(1);
    }

    @Test
    void aQuestionUnderWayIsNoAnswerToWhoWantsOneNow() {
        poll.want(Duration.ofMillis(10));
        advance(10);
        poll.want(Duration.ofMillis(10));
        advance(50);
        assertThat(asked).hasSize(1);
        asked.get(0).complete(ANSWER);
        advance(0);
        assertThat(asked).hasSize(2);
    }

    @Test
    void aQuestionThatFailsIsRepeatedAfterAPause() {
        poll.want(Duration.ofMillis(10));
        advance(10);
        for (int i = 0; i < 20; i++) {
            asked.get(i).completeExceptionally(new IOException("thrown by a test"));
            assertThat(asked).hasSize(i + 1);
            advance(2_000);
            assertThat(asked).hasSize(i + 2);
        }
        asked.get(20).complete(ANSWER);
        assertThat(answers).containsExactly(ANSWER);
    }
}
