package io.highwater.node.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FakeTicker;
import io.highwater.testing.Stray;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Drains on time that is moved by hand. */
final class DrainsTest {
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration STEP = Duration.ofMillis(50);
    private static final int SESSIONS = 200;

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final Drains drains = new Drains(WINDOW, CLOSE_TIMEOUT, wheel);

    /** In the order they were closed. */
    private final Set<Integer> closed = new LinkedHashSet<>();

    private int sessions = SESSIONS;
    private boolean answering = true;

    private SessionGroup group() {
        return new SessionGroup(
                () -> answering ? sessions - closed.size() : sessions,
                spread -> {
                    List<Runnable> closers = new ArrayList<>();
                    for (int i = 0; i < sessions; i++) {
                        int session = i;
                        closers.add(() -> closed.add(session));
                    }
                    return closers;
                });
    }

    private void pass(Duration time) {
        ticker.advance(time, wheel);
    }

    @Test
    void sessionsAreClosedOverTheWindowInARandomOrder() {
        CompletableFuture<Void> done = drains.start(List.of(group()));
        assertThat(closed).as("the caller's thread closes none").isEmpty();
        pass(STEP);
        assertThat(closed).hasSize(1);
        for (int quarter = 1; quarter < 4; quarter++) {
            pass(WINDOW.dividedBy(4));
            assertThat(closed.size()).isBetween(quarter * 50 - 1, quarter * 50 + 1);
        }
        assertThat(done).isNotDone();
        pass(WINDOW.dividedBy(4).plus(STEP));
        assertThat(done).isDone();
        assertThat(closed).hasSize(SESSIONS);
        // One order in 200! is this one.
        assertThat(List.copyOf(closed)).isNotEqualTo(closed.stream().sorted().toList());
    }

    @Test
    void whoDoesNotAnswerIsWaitedForAsLongAsTheCloseTimeoutAndASecond() {
        answering = false;
        CompletableFuture<Void> done = drains.start(List.of(group()));
        pass(WINDOW.plus(STEP));
        assertThat(closed).hasSize(SESSIONS);
        pass(CLOSE_TIMEOUT);
        assertThat(done).isNotDone();
        pass(Duration.ofSeconds(1).plus(STEP.multipliedBy(2)));
        assertThat(done).isDone();
    }

    @Test
    void whoOpensAfterTheDrainBeganIsClosedWithinASecond() {
        answering = false;
        CompletableFuture<Void> done = drains.start(List.of(group()));
        pass(WINDOW.plus(STEP));
        sessions++;
        pass(Duration.ofSeconds(1).plus(STEP));
        assertThat(closed).hasSize(SESSIONS + 1);
        answering = true;
        pass(STEP.multipliedBy(3));
        assertThat(done).isDone();
    }

    @Test
    void whatIsNoSessionIsWaitedFor() {
        int[] handshakes = {1};
        CompletableFuture<Void> done =
                drains.start(List.of(SessionGroup.waitingFor(() -> handshakes[0])));
        pass(WINDOW);
        assertThat(done).isNotDone();
        handshakes[0] = 0;
        pass(STEP.multipliedBy(3));
        assertThat(done).isDone();
    }

    @Test
    void nobodyWaitsForADrainWhoseStepsFailForEver() {
        SessionGroup failing =
                new SessionGroup(
                        () -> 1,
                        spread -> {
                            throw new IllegalStateException("thrown by a test");
                        });
        CompletableFuture<Void> done = drains.start(List.of(failing));
        pass(WINDOW.plus(CLOSE_TIMEOUT));
        assertThat(done).isNotDone();
        pass(Duration.ofSeconds(2));
        assertThat(done).isDone();
    }

    @Test
    void nobodyWaitsForADrainOfANodeThatEnds() {
        CompletableFuture<Void> done = drains.start(List.of(group()));
        pass(STEP);
        drains.close();
        assertThat(done).isDone();
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void theOthersAreToldThoughOneThrowsAndThatOneAgain(Stray.Kind kind) {
        Stray stray = new Stray();
        stray.arm(kind);
        List<Integer> told = new ArrayList<>();
        SessionGroup group =
                new SessionGroup(
                        () -> 10 - told.size(),
                        spread -> {
                            List<Runnable> closers = new ArrayList<>();
                            for (int i = 0; i < 10; i++) {
                                int number = i;
                                if (!told.contains(number)) {
                                    closers.add(
                                            () -> {
                                                stray.call();
                                                told.add(number);
                                            });
                                }
                            }
                            return closers;
                        });
        CompletableFuture<Void> done = drains.start(List.of(group));
        pass(WINDOW.plus(STEP.multipliedBy(4)));
        assertThat(done).isDone();
        assertThat(stray.isSpent()).isTrue();
        assertThat(told).hasSize(10).doesNotHaveDuplicates();
    }
}
