package io.highwater.archive.file;

import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveContract;
import io.highwater.archive.ArchiveObserver;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.time.TimerWheel;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class FileArchiveContractTest extends ArchiveContract {
    private static final long NOW = 1_795_301_843_554L + 120_000;

    @TempDir private Path folder;

    @Override
    protected Archive open() {
        return new FileArchive(
                FileArchiveSettings.of(folder.resolve("archive"), "node-1", 4),
                () -> NOW,
                new FakeTicker(),
                new TimerWheel(new FakeTicker().nanoTime()),
                ArchiveObserver.NONE,
                LogLimit.none());
    }

    @Override
    protected long nowMillis() {
        return NOW;
    }
}
