package io.highwater.backbone.archived;

import io.highwater.archive.ArchiveObserver;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneContract;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.testing.Disk;
import io.highwater.testing.MemoryArchive;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

final class ArchivedBackboneContractTest extends BackboneContract {
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stopTimers() {
        timers.shutdownNow();
    }

    @Override
    protected Backbone open() {
        Ticker ticker = Ticker.system();
        return open(new MemoryArchive(new Disk()), new TimerWheel(ticker.nanoTime()));
    }

    private static Backbone open(MemoryArchive archive, TimerWheel wheel) {
        return new ArchivedBackbone(
                new MemorySettings(
                        2, Ledger.unbounded(), name -> RingBounds.defaults(), LogLimit.none()),
                archive,
                ArchiveObserver.NONE,
                Ticker.system(),
                WallClock.system(),
                wheel);
    }

    @Override
    protected Breakable breakable() {
        MemoryArchive archive = new MemoryArchive(new Disk());
        TimerWheel wheel = new TimerWheel(Ticker.system().nanoTime());
        Backbone log = open(archive, wheel);
        return new Breakable() {
            @Override
            public Backbone backbone() {
                return log;
            }

            @Override
            public void fail() {
                archive.setFull(true);
                timers.scheduleAtFixedRate(
                        () -> wheel.advance(Ticker.system().nanoTime()),
                        0,
                        10,
                        TimeUnit.MILLISECONDS);
            }

            @Override
            public void recover() {
                archive.setFull(false);
            }
        };
    }
}
