package io.highwater.backbone.local;

import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneContract;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;

final class LocalBackboneContractTest extends BackboneContract {
    @Override
    protected Backbone open() {
        return new LocalBackbone(
                new MemorySettings(
                        2, Ledger.unbounded(), name -> RingBounds.defaults(), LogLimit.none()),
                1_795_301_843_554L,
                Ticker.system(),
                new TimerWheel(Ticker.system().nanoTime()));
    }
}
