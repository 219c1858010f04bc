package io.highwater.backbone.local;

import io.highwater.limits.Book;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last positions of a shard's channels that have neither entries nor a follower, charged to
 * whoever used the channel first. They are in two lists by age, that of all and that of their
 * payer, so that the oldest of either goes first. Guarded by the shard's lock.
 */
final class Tails {
    /** What remains of one channel. But for its links, immutable. */
    static final class Tail {
        final String name;
        final long generation;
        final long shardSequence;
        final long channelSequence;

        /** Since when it is all that remains. */
        final long sinceNanos;

        private final @Nullable Own own;
        private @Nullable Tail older;
        private @Nullable Tail newer;
        private @Nullable Tail olderOwn;
        private @Nullable Tail newerOwn;

        private Tail(LocalChannel channel, @Nullable Own own, long sinceNanos) {
            this.name = channel.name;
            this.generation = channel.generation;
            this.shardSequence = channel.shardSequence;
            this.channelSequence = channel.channelSequence;
            this.own = own;
            this.sinceNanos = sinceNanos;
        }

        /** The object, and its place in the map. */
        private long bytes() {
            return 72 + HeapBytes.MAP_ENTRY + HeapBytes.of(name);
        }
    }

    /** Those of one address; one at least. */
    private static final class Own {
        private static final int BYTES = 24 + HeapBytes.MAP_ENTRY;

        private final Payer payer;
        private @Nullable Tail oldest;
        private @Nullable Tail newest;

        private Own(Payer payer) {
            this.payer = payer;
        }
    }

    private final Book book;
    private final Map<String, Tail> byName = new HashMap<>();
    private final Map<Payer, Own> byPayer = new HashMap<>();

    private @Nullable Tail oldest;
    private @Nullable Tail newest;

    Tails(Book book) {
        this.book = book;
    }

    int size() {
        return byName.size();
    }

    @Nullable Tail get(String name) {
        return byName.get(name);
    }

    @Nullable Tail oldest() {
        return oldest;
    }

    /** The oldest of an address. */
    @Nullable Tail oldestOf(Payer payer) {
        Own own = byPayer.get(payer);
        return own == null ? null : own.oldest;
    }

    /** The channel's last position; there is none of its name yet. */
    void add(LocalChannel channel, long nowNanos) {
        Payer payer = channel.payer;
        Own own = payer == null ? null : own(payer);
        Tail tail = new Tail(channel, own, nowNanos);
        byName.put(tail.name, tail);
        book.add(payer, tail.bytes());
        Tail last = newest;
        tail.older = last;
        newest = tail;
        if (last == null) {
            oldest = tail;
        } else {
            last.newer = tail;
        }
        if (own != null) {
            appendTo(own, tail);
        }
    }

    private Own own(Payer payer) {
        Own own = byPayer.get(payer);
        if (own == null) {
            own = new Own(payer);
            byPayer.put(payer, own);
            book.add(payer, Own.BYTES);
        }
        return own;
    }

    private static void appendTo(Own own, Tail tail) {
        Tail last = own.newest;
        tail.olderOwn = last;
        own.newest = tail;
        if (last == null) {
            own.oldest = tail;
        } else {
            last.newerOwn = tail;
        }
    }

    @Nullable Tail remove(String name) {
        Tail tail = byName.get(name);
        if (tail != null) {
            remove(tail);
        }
        return tail;
    }

    void remove(Tail tail) {
        byName.remove(tail.name);
        Own own = tail.own;
        book.add(own == null ? null : own.payer, -tail.bytes());
        Tail before = tail.older;
        Tail after = tail.newer;
        if (before == null) {
            oldest = after;
        } else {
            before.newer = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.older = before;
        }
        if (own != null) {
            removeFrom(own, tail);
        }
    }

    private void removeFrom(Own own, Tail tail) {
        Tail before = tail.olderOwn;
        Tail after = tail.newerOwn;
        if (before == null) {
            own.oldest = after;
        } else {
            before.newerOwn = after;
        }
        if (after == null) {
            own.newest = before;
        } else {
            after.olderOwn = before;
        }
        if (own.oldest == null) {
            byPayer.remove(own.payer);
            book.add(own.payer, -Own.BYTES);
        }
    }
}
