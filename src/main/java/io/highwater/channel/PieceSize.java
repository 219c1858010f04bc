package io.highwater.channel;

import io.highwater.backbone.Entry;

/**
 * How much of what a subscriber has missed is made into frames at a time. Immutable.
 *
 * @param messages at least 1
 * @param bytes of data; a single larger entry is a piece by itself
 */
public record PieceSize(int messages, long bytes) {
    /** All at once. */
    public static final PieceSize WHOLE = new PieceSize(Integer.MAX_VALUE, Long.MAX_VALUE);

    /** What frames add to an entry's data: names, positions, and the objects. */
    private static final int ENTRY_BYTES = 200;

    /** Frames of its own for a subscriber: no more than a socket's buffers take, or nearly so. */
    private static final long MOST_BYTES = 256 << 10;

    /**
     * For queues with these high-water marks: small enough that two of them and what else is under
     * way stay below.
     */
    public static PieceSize of(int highMessages, long highBytes) {
        return new PieceSize(Math.max(1, highMessages / 4), Math.min(MOST_BYTES, highBytes / 4));
    }

    public PieceSize {
        if (messages < 1) {
            throw new IllegalArgumentException("a piece of " + messages + " messages");
        }
    }

    /** How many of these entries, from an index on, are the next piece. */
    int count(java.util.List<Entry> entries, int from) {
        long sum = 0;
        int to = from;
        while (to < entries.size() && to - from < messages) {
            sum += entries.get(to).data().length + ENTRY_BYTES;
            if (sum > bytes && to > from) {
                break;
            }
            to++;
        }
        return to - from;
    }
}
