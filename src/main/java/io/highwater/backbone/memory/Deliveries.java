package io.highwater.backbone.memory;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.log.LogLimit;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Carries a shard's entries to the listeners: one thread at a time, in order, without holding a
 * lock. A thread that finds no other one carrying delivers until nothing is left, including what
 * other threads append in the meantime; so a listener that appends causes no recursion.
 * Thread-safe.
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
     * @param logs limits how often listeners that throw are logged
     */
    Deliveries(Object lock, LogLimit logs) {
        this.lock = lock;
        this.logs = logs;
    }

    /** The caller must call {@link #carry} once it has released the lock. */
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

    /** An error ended the loop: the remaining deliveries are carried with the next one. */
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
            // Catches errors too, since the entries behind this one are for other listeners.
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
