package io.highwater.backbone.redis;

import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.postgres.PostgresArchive;
import io.highwater.archive.postgres.PostgresSettings;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerThread;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.time.Duration;

/** Opens archives of several nodes in one database of a real PostgreSQL. Thread-safe. */
final class PostgresArchives implements AutoCloseable {
    private final String url;
    private final TimerWheel wheel = new TimerWheel(Ticker.system().nanoTime());
    private final TimerThread timers = TimerThread.start(wheel, Ticker.system());

    PostgresArchives(String url) {
        this.url = url;
    }

    PostgresArchive open() {
        return new PostgresArchive(
                new PostgresSettings(url, "a-test", RedisSettings.SHARDS, Duration.ofDays(30)),
                WallClock.system(),
                Ticker.system(),
                wheel,
                ArchiveObserver.NONE,
                LogLimit.none());
    }

    @Override
    public void close() {
        timers.close();
    }
}
