package io.highwater.backbone.redis;

import io.highwater.backbone.UnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Those who wait until a shard has got as far as an id. Confined to the shard's loop. */
final class IdWaits {
    private record Wait(StreamId id, CompletableFuture<@Nullable Void> reached) {}

    private List<Wait> waits = new ArrayList<>();

    /** Those whose stage is done by now have given up. */
    void add(StreamId id, CompletableFuture<@Nullable Void> reached) {
        waits.add(new Wait(id, reached));
    }

    boolean isEmpty() {
        return waits.isEmpty();
    }

    void wake(StreamId reached) {
        if (waits.isEmpty()) {
            return;
        }
        List<Wait> all = waits;
        waits = new ArrayList<>();
        for (Wait each : all) {
            if (!each.id.isAfter(reached)) {
                each.reached.complete(null);
            } else if (!each.reached.isDone()) {
                waits.add(each);
            }
        }
    }

    void fail(UnavailableException why) {
        List<Wait> all = waits;
        waits = new ArrayList<>();
        all.forEach(each -> each.reached.completeExceptionally(why));
    }
}
