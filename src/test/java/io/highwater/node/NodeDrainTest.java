package io.highwater.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pace of a drain, on time that is moved by hand. */
@Timeout(120)
final class NodeDrainTest {
    private static final Duration GUARD = Duration.ofSeconds(60);
    private static final Duration WINDOW = Duration.ofHours(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofMinutes(5);
    private static final int SESSIONS = 200;

    private final FakeTicker ticker = new FakeTicker();
    private final ExecutorService threads = Executors.newSingleThreadExecutor();

    /** In the order they were closed. */
    private final Set<Integer> closed = Collections.synchronizedSet(new LinkedHashSet<>());

    /** How often it was asked for those that are open. */
    private final AtomicInteger rounds = new AtomicInteger();

    private volatile boolean answering = true;

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private Future<?> drain() {
        SessionGroup group =
                new SessionGroup(
                        () -> answering ? SESSIONS - closed.size() : SESSIONS,
                        spread -> {
                            rounds.incrementAndGet();
                            List<Runnable> closers = new ArrayList<>();
                            for (int i = 0; i < SESSIONS; i++) {
                                int session = i;
                                closers.add(() -> closed.add(session));
                            }
                            return closers;
                        });
        NodeDrain drain = new NodeDrain(List.of(group), WINDOW, CLOSE_TIMEOUT, ticker);
        return threads.submit(
                () -> {
                    drain.run();
                    return null;
                });
    }

    @Test
    void sessionsAreClosedOverTheWindowInARandomOrder() throws Exception {
        Future<?> drain = drain();
        awaitClosed(1);
        for (int quarter = 1; quarter < 4; quarter++) {
            ticker.advance(WINDOW.dividedBy(4));
            awaitClosed(quarter * SESSIONS / 4 + 1);
        }
        assertThat(drain.isDone()).isFalse();
        ticker.advance(WINDOW.dividedBy(4));
        drain.get(GUARD.toSeconds(), TimeUnit.SECONDS);
        assertThat(closed).hasSize(SESSIONS);
        // One order in 200! is this one.
        assertThat(List.copyOf(closed)).isNotEqualTo(closed.stream().sorted().toList());
    }

    /** No more is due at this time: it would not be, however long one waits. */
    private void awaitClosed(int sessions) {
        await().atMost(GUARD).until(() -> closed.size() >= sessions);
        assertThat(closed).hasSize(sessions);
    }

    @Test
    void whoDoesNotAnswerIsWaitedForAsLongAsTheCloseTimeoutAndASecond() throws Exception {
        answering = false;
        Future<?> drain = drain();
        awaitClosed(1);
        ticker.advance(WINDOW);
        awaitClosed(SESSIONS);
        // It waits for them now: what it asks first is what time it is.
        await().atMost(GUARD).until(() -> rounds.get() > 1);
        ticker.advance(CLOSE_TIMEOUT);
        assertThat(drain.isDone()).isFalse();
        ticker.advance(Duration.ofSeconds(1));
        drain.get(GUARD.toSeconds(), TimeUnit.SECONDS);
    }
}
