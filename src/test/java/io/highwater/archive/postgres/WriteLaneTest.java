package io.highwater.archive.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.ArchiveWriter;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerThread;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Whatever a write throws, the lane goes on. */
final class WriteLaneTest {
    @Test
    void aThrowFailsItsWriteAndTheNextOneIsMade() throws Exception {
        AtomicBoolean throwing = new AtomicBoolean();
        Ticker system = Ticker.system();
        Ticker ticker =
                () -> {
                    boolean writes =
                            Thread.currentThread().getName().equals("highwater-archive-writer");
                    if (writes && throwing.getAndSet(false)) {
                        throw new OutOfMemoryError("thrown by a test");
                    }
                    return system.nanoTime();
                };
        TimerWheel wheel = new TimerWheel(system.nanoTime());
        try (TimerThread timers = TimerThread.start(wheel, system);
                PostgresArchive archive =
                        new PostgresArchive(
                                TestDatabase.settings(TestDatabase.prepared()),
                                Timing.defaults(),
                                WallClock.system(),
                                ticker,
                                wheel,
                                ArchiveObserver.NONE,
                                LogLimit.none())) {
            get(archive.start());
            ArchiveWriter writer = get(archive.writer("local", 0));
            throwing.set(true);
            assertThat(writer.begin(new ShardPosition("local", 7, 0)).toCompletableFuture())
                    .failsWithin(60, TimeUnit.SECONDS)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(UnavailableException.class);
            // Refused until the lane has found out how far the shard is.
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> succeeds(writer.begin(new ShardPosition("local", 8, 0))));
            assertThat(writer.watermark()).isEqualTo(new ShardPosition("local", 8, 0));
        }
    }

    private static boolean succeeds(CompletionStage<?> stage) throws Exception {
        return get(stage.handle((done, failure) -> failure == null));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
