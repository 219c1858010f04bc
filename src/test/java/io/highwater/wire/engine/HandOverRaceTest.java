package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.Route;
import java.time.Duration;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * An executor that throws though it has taken the task: the task may run before, beside or after
 * the one who handed it over and saw it throw. One of the two has the session, whichever it is.
 */
final class HandOverRaceTest {
    private static final byte[] HELLO = HexFormat.of().parseHex("818537fa213d7f9f4d5158");
    private static final int ROUNDS = 1_500;
    private static final int MESSAGES = 6;
    private static final long GUARD_SECONDS = 60;

    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final SplittableRandom random = new SplittableRandom(3);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    /** What two threads would do to one session at once. */
    private static final class Watch {
        private final AtomicInteger within = new AtomicInteger();
        private final AtomicInteger collisions = new AtomicInteger();
        private final AtomicInteger closed = new AtomicInteger();
        private final CountDownLatch over = new CountDownLatch(1);

        void pass() {
            if (within.incrementAndGet() > 1) {
                collisions.incrementAndGet();
            }
            Thread.yield();
            within.decrementAndGet();
        }
    }

    @Test
    void whoeverTakesASessionBackHasItAlone() throws Exception {
        int ended = 0;
        for (int i = 0; i < ROUNDS; i++) {
            Watch watch = new Watch();
            AtomicInteger tasks = new AtomicInteger();
            int throwing = 2 + random.nextInt(MESSAGES + 4);
            int spins = random.nextInt(300);
            WireFixture fixture =
                    new WireFixture(
                            null,
                            Route.Lifecycle.MAY_BLOCK,
                            task -> {
                                threads.execute(task);
                                if (tasks.incrementAndGet() == throwing) {
                                    for (int spin = 0; spin < spins; spin++) {
                                        Thread.onSpinWait();
                                    }
                                    throw new RejectedExecutionException("thrown by a test");
                                }
                            });
            CountDownLatch opened = new CountDownLatch(1);
            fixture.listener.whenOpen = opened::countDown;
            fixture.listener.whenMessage = watch::pass;
            fixture.listener.whenClosed =
                    () -> {
                        watch.pass();
                        watch.closed.incrementAndGet();
                        watch.over.countDown();
                    };
            fixture.wire.onOpened(java.nio.ByteBuffer.allocate(0));
            assertThat(opened.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
            for (int message = 0; message < MESSAGES; message++) {
                fixture.transport.feed(HELLO);
                if (message % 2 == 0) {
                    Thread.yield();
                }
            }
            fixture.wire.fail(CloseStatus.of(1000), Duration.ZERO);
            assertThat(watch.over.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
            // Whatever lies in the pool's queue still has passed by now.
            threads.submit(() -> {}).get(GUARD_SECONDS, TimeUnit.SECONDS);
            threads.submit(() -> {}).get(GUARD_SECONDS, TimeUnit.SECONDS);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GUARD_SECONDS);
            while (fixture.leases.get() == 0 && System.nanoTime() - deadline < 0) {
                Thread.yield();
            }
            assertThat(watch.collisions).hasValue(0);
            assertThat(watch.closed).hasValue(1);
            assertThat(fixture.leases).hasValue(1);
            ended += tasks.get() >= throwing ? 1 : 0;
        }
        assertThat(ended).as("rounds with a throw").isGreaterThan(ROUNDS / 10);
    }
}
