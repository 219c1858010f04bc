package io.highwater.backbone.redis;

import io.highwater.protocol.Position;

/**
 * The id of an entry in a shard's stream. Immutable.
 *
 * @param generation of the shard's log
 * @param sequence rises by exactly 1 within a generation; 0 is the marker that begins it
 */
record StreamId(long generation, long sequence) implements Comparable<StreamId> {
    static final StreamId NONE = new StreamId(0, 0);

    /**
     * Reads what {@link #text} writes.
     *
     * @throws IllegalArgumentException if the text is no such id
     */
    static StreamId parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            throw new IllegalArgumentException("not the id of an entry: " + text);
        }
        return new StreamId(
                Long.parseLong(text, 0, dash, 10),
                Long.parseLong(text, dash + 1, text.length(), 10));
    }

    static StreamId of(Position position) {
        return new StreamId(position.generation(), position.shardSequence());
    }

    /** As Redis writes it. */
    String text() {
        return generation + "-" + sequence;
    }

    boolean isAfter(StreamId other) {
        return compareTo(other) > 0;
    }

    /** Whether nothing lies between the other id and this one. */
    boolean follows(StreamId other) {
        return generation == other.generation && sequence == other.sequence + 1;
    }

    @Override
    public int compareTo(StreamId other) {
        return generation == other.generation
                ? Long.compare(sequence, other.sequence)
                : Long.compare(generation, other.generation);
    }
}
