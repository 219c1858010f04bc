package io.highwater.backbone.redis;

import io.highwater.backbone.redis.StreamItem.Marker;
import io.highwater.backbone.redis.StreamItem.Stored;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the writer of a shard does next. */
sealed interface ArchiveStep {
    /** One call writes no more than this, or one larger entry. */
    int MOST_ENTRIES = 256;

    long MOST_BYTES = 512 << 10;

    /** The archive is asked where each channel was that has its first entry of a generation. */
    int MOST_FIRSTS = 16;

    /** Entries that directly follow what is archived. Immutable. */
    record Append(List<Stored> entries) implements ArchiveStep {
        StreamId last() {
            return entries.get(entries.size() - 1).id();
        }
    }

    /**
     * The log goes on after another id. Immutable.
     *
     * @param missed how many entries are missing for good
     * @param kept if it goes on in another generation, the last entry of the former one that Redis
     *     has, if that is known; otherwise null
     */
    record Begin(StreamId base, long missed, @Nullable StreamId kept) implements ArchiveStep {
        Begin(StreamId base, long missed) {
            this(base, missed, null);
        }
    }

    /**
     * @param archived up to here all is archived; null if nothing of the shard is
     * @param items what follows in the stream; at least one
     */
    static ArchiveStep next(@Nullable StreamId archived, List<StreamItem> items) {
        StreamItem first = items.get(0);
        StreamId id = first.id();
        if (first instanceof Marker marker) {
            return archived == null
                    ? new Begin(id, 0)
                    : new Begin(id, missed(archived, marker.before()), marker.before());
        } else if (!(first instanceof Stored)) {
            return new Begin(id, archived == null ? 0 : missed(archived, id));
        } else if (archived == null) {
            return new Begin(before(id), 0);
        } else if (!id.follows(archived)) {
            return new Begin(before(id), missed(archived, before(id)));
        }
        return append(items);
    }

    private static StreamId before(StreamId id) {
        return new StreamId(id.generation(), id.sequence() - 1);
    }

    /** At least so many lie between: of a generation in between nobody knows how many it had. */
    private static long missed(StreamId archived, StreamId to) {
        if (to.generation() == archived.generation()) {
            return Math.max(0, to.sequence() - archived.sequence());
        }
        return to.isAfter(archived) ? to.sequence() : 0;
    }

    private static Append append(List<StreamItem> items) {
        List<Stored> run = new ArrayList<>();
        StreamId last = null;
        for (StreamItem item : items) {
            if (!(item instanceof Stored entry) || (last != null && !entry.id().follows(last))) {
                break;
            }
            run.add(entry);
            last = entry.id();
        }
        return new Append(part(run, 0));
    }

    /** As many as one call takes, all of one generation. */
    static List<Stored> part(List<Stored> entries, int from) {
        long generation = entries.get(from).id().generation();
        long bytes = 0;
        int firsts = 0;
        int to = from;
        while (to < entries.size() && to - from < MOST_ENTRIES) {
            Stored entry = entries.get(to);
            bytes += entry.bytes();
            firsts += entry.channelSequence() == 1 ? 1 : 0;
            boolean fits = bytes <= MOST_BYTES && firsts <= MOST_FIRSTS;
            if (entry.id().generation() != generation || (to > from && !fits)) {
                break;
            }
            to++;
        }
        return List.copyOf(entries.subList(from, to));
    }
}
