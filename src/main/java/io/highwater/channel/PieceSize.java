package io.highwater.channel;

import io.highwater.backbone.Entry;

/**
 * How many of the entries that a subscriber has missed are made into frames at a time. Immutable.
 *
 * @param messages at least 1
 * @param bytes of data; a single larger entry is a piece by itself
 */
public record PieceSize(int messages, long bytes) {
    /** All at once. */
    public static final PieceSize WHOLE = new PieceSize(Integer.MAX_VALUE, Long.MAX_VALUE);

    /** What a frame adds to an entry's data: names, positions, and objects. */
    private static final int ENTRY_BYTES = 200;

    /** These frames belong to one subscriber only: about what a socket's buffers take. */
    private static final long MOST_BYTES = 256 << 10;

    /**
     * For queues with these high-water marks: small enough that two pieces and other frames under
     * way stay below the marks.
     */
    public static PieceSize of(int highMessages, long highBytes) {
        return new PieceSize(Math.max(1, highMessages / 4), Math.min(MOST_BYTES, highBytes / 4));
    }

    public PieceSize {
        if (messages < 1) {
            throw new IllegalArgumentException("a piece of " + messages + " messages");
        }
    }

    /** How many of these entries, from index {@code from} on, make up the next piece. */
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
