package io.highwater.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The nodes of a test, and what they send each other until the test lets it pass. */
final class MemoryBus {
    private final List<BusListener> listeners = new ArrayList<>();
    private final ArrayDeque<byte[]> underWay = new ArrayDeque<>();

    /** One node's access to it. */
    Bus node() {
        return new Bus() {
            @Override
            public CompletionStage<@Nullable Void> start(BusListener listener) {
                listeners.add(listener);
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public CompletionStage<@Nullable Void> send(byte[] message) {
                underWay.add(message);
                return CompletableFuture.completedFuture(null);
            }
        };
    }

    /** Whatever anybody sent, as if somebody else had. */
    void inject(byte[] message) {
        underWay.add(message);
    }

    /** Delivers all that was sent, and what is sent because of that. */
    void pass() {
        for (byte[] next = underWay.poll(); next != null; next = underWay.poll()) {
            for (BusListener listener : listeners) {
                listener.onMessage(next);
            }
        }
    }
}
