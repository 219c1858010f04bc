package io.highwater.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.limits.Book;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of one session, by channel. Most sessions have one, which needs no map. The
 * caller of each change names the account to charge, because there is no room here for a field.
 * Thread-safe.
 */
final class Subscriptions {
    /**
     * Heap bytes of the only subscription of a session: 32 for itself, 32 for its place in the
     * channel, and its part of that channel's array and index.
     */
    static final int ONLY_BYTES = 86;

    /** The map, once a session has more than one subscription. */
    private static final int MAP_BYTES = 48;

    /** The subscription if there is exactly one, else null. */
    @GuardedBy("this")
    private @Nullable Subscription only;

    /** The subscriptions if there is more than one, else null. */
    @GuardedBy("this")
    private @Nullable Map<String, Subscription> byChannel;

    synchronized int size() {
        return byChannel == null ? only == null ? 0 : 1 : byChannel.size();
    }

    synchronized boolean has(String channel) {
        return find(channel) != null;
    }

    /** The channels, and whether the client watches presence there. A copy. */
    synchronized Map<String, Boolean> watched() {
        if (byChannel == null) {
            return only == null ? Map.of() : Map.of(only.channel(), only.watchesPresence());
        }
        Map<String, Boolean> watched = new HashMap<>();
        byChannel.forEach((channel, one) -> watched.put(channel, one.watchesPresence()));
        return watched;
    }

    @GuardedBy("this")
    private @Nullable Subscription find(String channel) {
        if (byChannel != null) {
            return byChannel.get(channel);
        }
        return only != null && only.channel().equals(channel) ? only : null;
    }

    /** Heap bytes of all of them, as charged. */
    synchronized long bytes() {
        if (byChannel == null) {
            return only == null ? 0 : ONLY_BYTES;
        }
        long bytes = MAP_BYTES;
        for (String channel : byChannel.keySet()) {
            bytes += mappedBytes(channel);
        }
        return bytes;
    }

    /** Heap bytes that one more subscription takes. */
    synchronized long bytesOfNext(String channel) {
        if (byChannel != null) {
            return mappedBytes(channel);
        }
        return only == null
                ? ONLY_BYTES
                : MAP_BYTES + mappedBytes(only.channel()) + mappedBytes(channel) - ONLY_BYTES;
    }

    /** Heap bytes of a subscription in the map, which has a copy of the name. */
    private static long mappedBytes(String channel) {
        return ONLY_BYTES + HeapBytes.MAP_ENTRY + HeapBytes.of(channel);
    }

    /** Adds a subscription. Returns the one it replaces, or null. */
    synchronized @Nullable Subscription put(Subscription subscription, Book book, Payer payer) {
        Subscription replaced = find(subscription.channel());
        if (replaced == null) {
            book.add(payer, bytesOfNext(subscription.channel()));
        }
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

    synchronized @Nullable Subscription remove(String channel, Book book, Payer payer) {
        Subscription removed = find(channel);
        if (removed != null) {
            remove(removed, book, payer);
        }
        return removed;
    }

    /** Removes exactly this subscription, if it is still there. */
    synchronized void remove(Subscription subscription, Book book, Payer payer) {
        String channel = subscription.channel();
        if (only == subscription) {
            only = null;
            book.add(payer, -bytesOfNext(channel));
        } else if (byChannel != null && byChannel.remove(channel, subscription)) {
            if (byChannel.size() == 1) {
                only = byChannel.values().iterator().next();
                byChannel = null;
            }
            book.add(payer, -bytesOfNext(channel));
        }
    }

    synchronized Collection<Subscription> takeAll(Book book, Payer payer) {
        Collection<Subscription> all =
                byChannel != null
                        ? List.copyOf(byChannel.values())
                        : only != null ? List.of(only) : List.of();
        book.add(payer, -bytes());
        only = null;
        byChannel = null;
        return all;
    }
}
