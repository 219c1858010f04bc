package io.highwater.backbone.local;

import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneContract;
import io.highwater.backbone.RingBounds;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;

final class LocalBackboneContractTest extends BackboneContract {
    @Override
    protected Backbone open() {
        return new LocalBackbone(
                new LocalSettings(2, 16 << 20, 4 << 20, name -> RingBounds.defaults()),
                1_795_301_843_554L,
                Ticker.system(),
                new TimerWheel(Ticker.system().nanoTime()));
    }
}
