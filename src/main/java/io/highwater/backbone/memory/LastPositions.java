package io.highwater.backbone.memory;

import io.highwater.limits.Book;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last positions of a shard's channels that have neither entries nor a follower, charged to the
 * address that used the channel first. Each is in two lists by age, the list of all and that of its
 * payer, so that the oldest of either can go first. Guarded by the shard's lock.
 */
public final class LastPositions {
    /** What remains of one channel. Immutable, except its links. */
    public static final class LastPosition {
        private final String name;

        // Not a Position, which would take 16 bytes more.
        private final long generation;
        private final long shardSequence;
        private final long channelSequence;

        /** When the channel lost its last entry or follower. */
        final long sinceNanos;

        private final @Nullable Own own;
        private @Nullable LastPosition older;
        private @Nullable LastPosition newer;
        private @Nullable LastPosition olderOwn;
        private @Nullable LastPosition newerOwn;

        private LastPosition(String name, Position last, @Nullable Own own, long sinceNanos) {
            this.name = name;
            this.generation = last.generation();
            this.shardSequence = last.shardSequence();
            this.channelSequence = last.channelSequence();
            this.own = own;
            this.sinceNanos = sinceNanos;
        }

        /** The generation of the channel's last position. */
        public long generation() {
            return generation;
        }

        Position position(String origin) {
            return new Position(origin, generation, shardSequence, channelSequence);
        }

        /** The object, its place in the map, and the name. */
        private long bytes() {
            return 72 + HeapBytes.MAP_ENTRY + HeapBytes.of(name);
        }
    }

    /** The positions of one address; at least one. */
    private static final class Own {
        private static final int BYTES = 24 + HeapBytes.MAP_ENTRY;

        private final Payer payer;
        private @Nullable LastPosition oldest;
        private @Nullable LastPosition newest;

        private Own(Payer payer) {
            this.payer = payer;
        }
    }

    private final Book book;
    private final Map<String, LastPosition> byName = new HashMap<>();
    private final Map<Payer, Own> byPayer = new HashMap<>();

    private @Nullable LastPosition oldest;
    private @Nullable LastPosition newest;

    LastPositions(Book book) {
        this.book = book;
    }

    int size() {
        return byName.size();
    }

    @Nullable LastPosition get(String name) {
        return byName.get(name);
    }

    @Nullable LastPosition oldest() {
        return oldest;
    }

    /** The oldest position of an address. */
    @Nullable LastPosition oldestOf(Payer payer) {
        Own own = byPayer.get(payer);
        return own == null ? null : own.oldest;
    }

    /** Adds the channel's last position; there must be none of its name yet. */
    void add(MemoryChannel channel, Position top, long nowNanos) {
        Payer payer = channel.payer;
        Own own = payer == null ? null : own(payer);
        LastPosition position = new LastPosition(channel.name, top, own, nowNanos);
        byName.put(position.name, position);
        book.add(payer, position.bytes());
        LastPosition last = newest;
        position.older = last;
        newest = position;
        if (last == null) {
            oldest = position;
        } else {
            last.newer = position;
        }
        if (own != null) {
            appendTo(own, position);
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

    private static void appendTo(Own own, LastPosition position) {
        LastPosition last = own.newest;
        position.olderOwn = last;
        own.newest = position;
        if (last == null) {
            own.oldest = position;
        } else {
            last.newerOwn = position;
        }
    }

    @Nullable LastPosition remove(String name) {
        LastPosition position = byName.get(name);
        if (position != null) {
            remove(position);
        }
        return position;
    }

    void remove(LastPosition position) {
        byName.remove(position.name);
        Own own = position.own;
        book.add(own == null ? null : own.payer, -position.bytes());
        LastPosition before = position.older;
        LastPosition after = position.newer;
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
            removeFrom(own, position);
        }
    }

    private void removeFrom(Own own, LastPosition position) {
        LastPosition before = position.olderOwn;
        LastPosition after = position.newerOwn;
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
