package io.highwater.chaos;

import io.highwater.chaos.Event.Fault;
import io.highwater.chaos.Event.Loss;
import java.util.ArrayList;
import java.util.List;

/** When the log that nodes share may have lost its end. Confined to its caller. */
final class Losses implements Event.Reader {
    private final List<Loss> all = new ArrayList<>();

    @Override
    public void on(Fault event) {
        Loss loss = event.loss();
        if (loss != null) {
            all.add(loss);
        }
    }

    /** As {@link Loss#mayCover}. */
    boolean mayCover(long fromNanos, long toNanos) {
        return all.stream().anyMatch(loss -> loss.mayCover(fromNanos, toNanos));
    }

    /** The same, where the nodes may have lost it too. */
    boolean mayErase(long fromNanos, long toNanos) {
        return all.stream()
                .anyMatch(loss -> loss.everywhere() && loss.mayCover(fromNanos, toNanos));
    }
}
