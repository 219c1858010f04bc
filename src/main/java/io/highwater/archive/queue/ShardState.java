package io.highwater.archive.queue;

import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far a shard of an origin is archived. Only {@link #archived} is for any thread; the rest
 * belongs to the thread that writes.
 */
public final class ShardState {
    private final String origin;
    private final int number;

    private volatile @Nullable ShardPosition archived;

    /** What the archived position will be after the write under way. */
    private @Nullable ShardPosition last;

    public ShardState(String origin, int number) {
        this.origin = origin;
        this.number = number;
    }

    public String origin() {
        return origin;
    }

    public int number() {
        return number;
    }

    /** The watermark: everything up to here is archived. */
    public @Nullable ShardPosition archived() {
        return archived;
    }

    /** What the watermark is once the write under way is done. */
    public @Nullable ShardPosition last() {
        return last;
    }

    /**
     * See {@link io.highwater.archive.ArchiveWriter#begin}.
     *
     * @return false if the watermark is there or further
     */
    public boolean begin(ShardPosition base) {
        if (covers(base)) {
            return false;
        }
        last = base;
        return true;
    }

    /**
     * What entries of one call are to a shard. Immutable.
     *
     * @param next those that move the watermark, in their order
     * @param old those at or before it, which may be archived already
     * @param refusal why none of them can be archived; null if they can
     */
    public record Sorted(
            List<ArchivedEntry> next,
            List<ArchivedEntry> old,
            @Nullable UnavailableException refusal) {}

    /**
     * Moves on over the entries of a call; stays where it is if one of them does not follow. See
     * {@link io.highwater.archive.ArchiveWriter#append}.
     */
    public Sorted append(List<ArchivedEntry> entries) {
        ShardPosition before = last;
        List<ArchivedEntry> next = new ArrayList<>(entries.size());
        List<ArchivedEntry> old = new ArrayList<>(0);
        for (ArchivedEntry entry : entries) {
            ShardPosition position = positionOf(entry);
            if (precedes(position)) {
                last = position;
                next.add(entry);
            } else if (covers(position)) {
                old.add(entry);
            } else {
                UnavailableException gap = doesNotFollow(position);
                last = before;
                return new Sorted(List.of(), List.of(), gap);
            }
        }
        return new Sorted(next, old, null);
    }

    private static ShardPosition positionOf(ArchivedEntry entry) {
        Position position = entry.entry().position();
        return new ShardPosition(
                position.origin(), position.generation(), position.shardSequence());
    }

    private UnavailableException doesNotFollow(ShardPosition position) {
        return new UnavailableException(
                "the entry "
                        + text(position)
                        + " of shard "
                        + number
                        + " does not follow "
                        + (last == null ? "anything: its generation was not begun" : text(last)),
                Duration.ZERO);
    }

    private static String text(ShardPosition position) {
        return position.generation() + "-" + position.sequence();
    }

    /** Whether a position is at or before the last one. */
    private boolean covers(ShardPosition position) {
        return last != null && !isAfter(position, last);
    }

    /** Whether a position is the next after the last one. */
    private boolean precedes(ShardPosition position) {
        return last != null
                && position.generation() == last.generation()
                && position.sequence() == last.sequence() + 1;
    }

    /** The write is done. */
    public void written() {
        if (!Objects.equals(archived, last)) {
            archived = last;
        }
    }

    /** The write failed. */
    public void forget() {
        last = archived;
    }

    /** The store was opened, and this is what it has. */
    public void reread(@Nullable ShardPosition position) {
        archived = position;
        last = position;
    }

    public static boolean isAfter(ShardPosition one, ShardPosition other) {
        return one.generation() == other.generation()
                ? one.sequence() > other.sequence()
                : one.generation() > other.generation();
    }
}
