package io.highwater.session;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of one session, by channel. Most sessions have one, and pay for no map.
 * Thread-safe.
 */
final class Subscriptions {
    /** Guarded by this, like the map: the one where there is one, else null. */
    private @Nullable Subscription only;

    /** Those where there are more; else null. */
    private @Nullable Map<String, Subscription> byChannel;

    synchronized int size() {
        return byChannel == null ? only == null ? 0 : 1 : byChannel.size();
    }

    synchronized boolean has(String channel) {
        return find(channel) != null;
    }

    private @Nullable Subscription find(String channel) {
        if (byChannel != null) {
            return byChannel.get(channel);
        }
        return only != null && only.channel().equals(channel) ? only : null;
    }

    /** The one that is replaced, or null. */
    synchronized @Nullable Subscription put(Subscription subscription) {
        Subscription replaced = find(subscription.channel());
        if (byChannel == null && only != null && replaced == null) {
            byChannel = new HashMap<>();
            byChannel.put(only.channel(), only);
            only = null;
        }
        if (byChannel == null) {
            only = subscription;
        } else {
            byChannel.put(subscription.channel(), subscription);
        }
        return replaced;
    }

    synchronized @Nullable Subscription remove(String channel) {
        Subscription removed = find(channel);
        if (removed != null) {
            remove(removed);
        }
        return removed;
    }

    /** Removes just this one, if it is still there. */
    synchronized void remove(Subscription subscription) {
        if (only == subscription) {
            only = null;
        } else if (byChannel != null && byChannel.remove(subscription.channel(), subscription)) {
            if (byChannel.size() == 1) {
                only = byChannel.values().iterator().next();
                byChannel = null;
            }
        }
    }

    synchronized Collection<Subscription> takeAll() {
        Collection<Subscription> all =
                byChannel != null
                        ? List.copyOf(byChannel.values())
                        : only != null ? List.of(only) : List.of();
        only = null;
        byChannel = null;
        return all;
    }
}
