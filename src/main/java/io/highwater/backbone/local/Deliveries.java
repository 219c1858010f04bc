package io.highwater.backbone.local;

import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Entry;
import io.highwater.log.LogLimit;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Carries a shard's entries to the listeners: one thread at a time, in order, under no lock. The
 * thread that finds nobody carrying does so until nothing is left, also for those who append
 * meanwhile; a listener that appends is therefore no recursion. Thread-safe.
 */
final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

    private record Delivery(BackboneListener listener, Entry entry) {}

    private final Object lock;
    private final LogLimit logs;

    /** Guarded by lock. */
    private final ArrayDeque<Delivery> waiting = new ArrayDeque<>();

    /** Guarded by lock. */
    private boolean carried;

    /**
     * @param lock the shard's
     * @param logs bounds what is said of listeners that throw
     */
    Deliveries(Object lock, LogLimit logs) {
        this.lock = lock;
        this.logs = logs;
    }

    /** Caller holds the lock, and calls {@link #carry} when it has released it. */
    void add(BackboneListener listener, Entry entry) {
        waiting.add(new Delivery(listener, entry));
    }

    void carry() {
        Delivery next = first();
        try {
            while (next != null) {
                deliver(next);
                next = next();
            }
        } finally {
            if (next != null) {
                leave();
            }
        }
    }

    /** Thrown out, whatever by: those that wait go with the next one. */
    private void leave() {
        synchronized (lock) {
            carried = false;
        }
    }

    private @Nullable Delivery first() {
        synchronized (lock) {
            if (carried) {
                return null;
            }
            carried = true;
            return next();
        }
    }

    private @Nullable Delivery next() {
        synchronized (lock) {
            Delivery next = waiting.poll();
            carried = next != null;
            return next;
        }
    }

    private void deliver(Delivery delivery) {
        try {
            delivery.listener().onEntry(delivery.entry());
        } catch (RuntimeException | Error e) {
            // Errors too: the entries behind this one are owed to others.
            String channel = delivery.entry().channel();
            logs.say(LOG, Level.ERROR, "delivery_failed", e, "channel", channel);
        }
    }
}
