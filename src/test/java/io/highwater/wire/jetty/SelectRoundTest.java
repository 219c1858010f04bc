package io.highwater.wire.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.log.LogLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SelectRoundTest {
    private final SelectRound round = new SelectRound(true, LogLimit.none());
    private final List<Runnable> tasks = new ArrayList<>();
    private final Executor executor = tasks::add;
    private final List<Integer> woken = new ArrayList<>();

    /** The thread of the tests is in nobody's round. */
    @AfterEach
    void end() {
        round.end();
    }

    private void wakeSoon(int... sessions) {
        for (int session : sessions) {
            wakeSoon(executor, () -> woken.add(session));
        }
    }

    /** As the engine does. */
    private static void wakeSoon(Executor executor, Runnable wake) {
        if (!SelectRound.wakeSoon(executor, wake)) {
            wake.run();
        }
    }

    private void runTasks() {
        List.copyOf(tasks).forEach(Runnable::run);
    }

    @Test
    void withoutARoundEachIsWokenAtOnce() {
        wakeSoon(1, 2);
        assertThat(woken).containsExactly(1, 2);
        assertThat(tasks).isEmpty();
    }

    @Test
    void whereThreadsArePooledNobodyWaits() {
        SelectRound pooled = new SelectRound(false, LogLimit.none());
        pooled.begin();
        wakeSoon(1, 2);
        assertThat(woken).containsExactly(1, 2);
    }

    @Test
    void thoseOfARoundAreWokenTogetherByTheExecutor() {
        round.begin();
        wakeSoon(1, 2, 3);
        assertThat(woken).isEmpty();

        round.end();
        assertThat(woken).isEmpty();
        assertThat(tasks).hasSize(1);
        runTasks();
        assertThat(woken).containsExactly(1, 2, 3);
    }

    @Test
    void oneAloneIsWokenByTheThreadThatSelects() {
        round.begin();
        wakeSoon(1);
        round.end();
        assertThat(woken).containsExactly(1);
        assertThat(tasks).isEmpty();
    }

    @Test
    void sixteenWaitNoLonger() {
        round.begin();
        wakeSoon(IntStream.range(0, 16).toArray());
        assertThat(tasks).hasSize(1);
        wakeSoon(16);
        runTasks();
        assertThat(woken).containsExactlyElementsOf(IntStream.range(0, 16).boxed().toList());
    }

    @Test
    void oneWaitsForSixteenConnectionsAtMost() {
        round.begin();
        IntStream.range(0, 100).forEach(connection -> SelectRound.next());
        wakeSoon(1);
        IntStream.range(0, 15).forEach(connection -> SelectRound.next());
        assertThat(woken).isEmpty();
        SelectRound.next();
        assertThat(woken).containsExactly(1);

        wakeSoon(2);
        IntStream.range(0, 15).forEach(connection -> SelectRound.next());
        assertThat(woken).as("counted anew").containsExactly(1);
    }

    @Test
    void afterTheRoundEachIsWokenAtOnce() {
        round.begin();
        round.end();
        wakeSoon(1);
        assertThat(woken).containsExactly(1);
    }

    @Test
    void whoLeftItsRoundToAnotherThreadWakesAtOnce() {
        round.begin();
        wakeSoon(1);
        CompletableFuture.runAsync(
                        () -> {
                            round.end();
                            round.begin();
                        },
                        task -> new Thread(task).start())
                .join();
        assertThat(woken).containsExactly(1);

        wakeSoon(2);
        assertThat(woken).containsExactly(1, 2);
    }

    @Test
    void anExecutorThatRefusesLeavesItToThisThread() {
        round.begin();
        Executor full =
                task -> {
                    throw new OutOfMemoryError("expected by the test");
                };
        wakeSoon(full, () -> woken.add(1));
        wakeSoon(full, () -> woken.add(2));
        round.end();
        assertThat(woken).containsExactly(1, 2);
    }

    @Test
    void anExecutorThatRanWhatItRefusesWakesOnce() {
        round.begin();
        Executor tooLate =
                task -> {
                    task.run();
                    throw new OutOfMemoryError("expected by the test");
                };
        wakeSoon(tooLate, () -> woken.add(1));
        wakeSoon(tooLate, () -> woken.add(2));
        round.end();
        assertThat(woken).containsExactly(1, 2);
    }

    @Test
    void oneThatFailsKeepsNoOther() {
        round.begin();
        wakeSoon(
                executor,
                () -> {
                    throw new IllegalStateException("expected by the test");
                });
        wakeSoon(2);
        round.end();
        runTasks();
        assertThat(woken).containsExactly(2);
    }
}
