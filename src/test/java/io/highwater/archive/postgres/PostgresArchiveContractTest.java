package io.highwater.archive.postgres;

import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.SharedArchive;
import io.highwater.archive.SharedArchiveContract;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import org.jspecify.annotations.Nullable;

final class PostgresArchiveContractTest extends SharedArchiveContract {
    private final long now = WallClock.system().millis();
    private @Nullable String url;

    @Override
    protected SharedArchive open() throws Exception {
        if (url == null) {
            url = TestDatabase.prepared();
        }
        FakeTicker ticker = new FakeTicker();
        return new PostgresArchive(
                TestDatabase.settings(url),
                () -> now,
                ticker,
                new TimerWheel(ticker.nanoTime()),
                ArchiveObserver.NONE,
                LogLimit.none());
    }

    @Override
    protected long nowMillis() {
        return now;
    }
}
