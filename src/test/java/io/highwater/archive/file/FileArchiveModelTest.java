package io.highwater.archive.file;

import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveModel;
import io.highwater.archive.ArchiveObserver;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

final class FileArchiveModelTest extends ArchiveModel {
    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());

    @TempDir private Path folder;

    @Override
    protected Archive open(WallClock clock) {
        return new FileArchive(
                new FileArchiveSettings(folder, "node-1", 4, Duration.ofDays(3_000)),
                clock,
                ticker,
                wheel,
                ArchiveObserver.NONE,
                LogLimit.none());
    }

    @Override
    protected void advanced() {
        ticker.advance(Duration.ofMinutes(1), wheel);
    }
}
