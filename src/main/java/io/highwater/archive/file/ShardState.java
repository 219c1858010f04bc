package io.highwater.archive.file;

import io.highwater.backbone.ShardPosition;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far a shard of an origin is archived. Only {@link #archived} is for any thread; the rest
 * belongs to the thread that writes.
 */
final class ShardState {
    private final String origin;
    private final int number;
    private final byte[] key;

    private volatile @Nullable ShardPosition archived;

    /** What the archived position will be after the write under way. */
    private @Nullable ShardPosition last;

    ShardState(String origin, int number) {
        this.origin = origin;
        this.number = number;
        key = Keys.watermark(origin, number);
    }

    String origin() {
        return origin;
    }

    int number() {
        return number;
    }

    byte[] key() {
        return key;
    }

    /** The watermark: everything up to here is on disk. */
    @Nullable ShardPosition archived() {
        return archived;
    }

    @Nullable ShardPosition last() {
        return last;
    }

    /** Whether a position is at or before the last one. */
    boolean covers(ShardPosition position) {
        return last != null && !isAfter(position, last);
    }

    /** Whether a position is the next after the last one. */
    boolean precedes(ShardPosition position) {
        return last != null
                && position.generation() == last.generation()
                && position.sequence() == last.sequence() + 1;
    }

    void moveTo(ShardPosition position) {
        last = position;
    }

    /** The write is done. */
    void written() {
        if (!Objects.equals(archived, last)) {
            archived = last;
        }
    }

    /** The write failed. */
    void forget() {
        last = archived;
    }

    /** The store was opened, and this is what it has. */
    void reread(ShardPosition position) {
        archived = position;
        last = position;
    }

    static boolean isAfter(ShardPosition one, ShardPosition other) {
        return one.generation() == other.generation()
                ? one.sequence() > other.sequence()
                : one.generation() > other.generation();
    }
}
