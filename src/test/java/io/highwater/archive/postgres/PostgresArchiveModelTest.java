package io.highwater.archive.postgres;

import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveModel;
import io.highwater.archive.ArchiveObserver;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

final class PostgresArchiveModelTest extends ArchiveModel {
    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());

    private @Nullable String url;

    @Override
    protected Archive open(WallClock clock) throws Exception {
        if (url == null) {
            url = TestDatabase.prepared();
        }
        return new PostgresArchive(
                new PostgresSettings(
                        url, TestDatabase.NODE, TestDatabase.SHARDS, Duration.ofDays(3_000)),
                clock,
                ticker,
                wheel,
                ArchiveObserver.NONE,
                LogLimit.none());
    }

    @Override
    protected void advanced() {
        ticker.advance(Duration.ofMinutes(5), wheel);
    }
}
