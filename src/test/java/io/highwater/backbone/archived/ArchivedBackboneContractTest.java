package io.highwater.backbone.archived;

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

final class ArchivedBackboneContractTest extends BackboneContract {
    @Override
    protected Backbone open() {
        Ticker ticker = Ticker.system();
        return new ArchivedBackbone(
                new MemorySettings(
                        2, Ledger.unbounded(), name -> RingBounds.defaults(), LogLimit.none()),
                new MemoryArchive(new Disk()),
                ticker,
                WallClock.system(),
                new TimerWheel(ticker.nanoTime()));
    }
}
