package io.highwater.backbone.redis;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Remembers now and then how far the log was, to know which entries are older than an age. Confined
 * to its shard's loop.
 */
final class AgeMarks {
    private static final int PER_AGE = 30;

    private record Mark(StreamId id, long nanos) {}

    private final long ageNanos;

    /** Oldest first; at most {@link #PER_AGE} and one. */
    private final ArrayDeque<Mark> marks = new ArrayDeque<>();

    AgeMarks(Duration age) {
        ageNanos = age.toNanos();
    }

    /** The log has reached this id now. */
    void reached(StreamId id, long nowNanos) {
        Mark last = marks.peekLast();
        if (last == null || (id.isAfter(last.id) && nowNanos - last.nanos >= ageNanos / PER_AGE)) {
            marks.add(new Mark(id, nowNanos));
        }
    }

    /** The newest mark that is older than the age, once; {@link StreamId#NONE} if there is none. */
    StreamId takeAged(long nowNanos) {
        StreamId aged = StreamId.NONE;
        for (Mark first = marks.peek(); first != null; first = marks.peek()) {
            if (nowNanos - first.nanos < ageNanos) {
                break;
            }
            aged = first.id;
            marks.remove();
        }
        return aged;
    }
}
