package io.highwater.chaos;

import io.highwater.chaos.Event.Acknowledged;
import io.highwater.chaos.Event.Refused;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** What a nemesis may see of the clients, and wait for. Thread-safe. */
final class Traffic {
    private static final long LOOK_MILLIS = 5;

    private final History history;
    private final List<Publisher> publishers;

    Traffic(History history, List<Publisher> publishers) {
        this.history = history;
        this.publishers = List.copyOf(publishers);
    }

    long now() {
        return history.now();
    }

    /** The last acknowledged position of each channel. */
    Map<String, Position> tops() {
        return history.tops();
    }

    /** Waits until each publisher has so many more acknowledgements; false if it takes longer. */
    boolean awaitAcknowledged(int more, Duration patience) throws InterruptedException {
        List<Integer> wanted =
                publishers.stream()
                        .map(publisher -> publisher.acknowledged().size() + more)
                        .toList();
        return await(
                () -> {
                    for (int i = 0; i < wanted.size(); i++) {
                        if (publishers.get(i).acknowledged().size() < wanted.get(i)) {
                            return false;
                        }
                    }
                    return true;
                },
                patience);
    }

    /** Waits until any publisher has so many more acknowledgements; false if it takes longer. */
    boolean awaitAnyAcknowledged(int more, Duration patience) throws InterruptedException {
        long wanted = history.count(Acknowledged.class) + more;
        return await(() -> history.count(Acknowledged.class) >= wanted, patience);
    }

    /** Waits until a publish is refused; false if it takes longer. */
    boolean awaitRefused(Duration patience) throws InterruptedException {
        long before = history.count(Refused.class);
        return await(() -> history.count(Refused.class) > before, patience);
    }

    /** Lets the clients go on for so long. */
    void pass(Duration time) throws InterruptedException {
        await(() -> false, time);
    }

    private boolean await(BooleanSupplier condition, Duration patience)
            throws InterruptedException {
        long begun = history.now();
        while (!condition.getAsBoolean()) {
            if (history.now() - begun > patience.toNanos()) {
                return false;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return true;
    }
}
