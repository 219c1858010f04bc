package io.highwater.backbone.local;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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

    private final Object lock;
    private final LogLimit logs;

    @GuardedBy("lock")
    private final ArrayDeque<Delivery> waiting = new ArrayDeque<>();

    @GuardedBy("lock")
    private boolean carried;

    /**
     * @param lock the shard's
     * @param logs bounds what is said of listeners that throw
     */
    Deliveries(Object lock, LogLimit logs) {
        this.lock = lock;
        this.logs = logs;
    }

    /** To be followed by {@link #carry} when the caller has released the lock. */
    void add(Delivery delivery) {
        synchronized (lock) {
            waiting.add(delivery);
        }
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
            delivery.deliver();
        } catch (RuntimeException | Error e) {
            // Errors too: the entries behind this one are owed to others.
            failed(delivery, e);
            try {
                delivery.missed();
            } catch (RuntimeException | Error again) {
                failed(delivery, again);
            }
        }
    }

    private void failed(Delivery delivery, Throwable cause) {
        logs.say(LOG, Level.ERROR, "delivery_failed", cause, "channel", delivery.channel());
    }
}
