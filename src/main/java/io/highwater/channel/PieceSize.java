package io.highwater.channel;

import io.highwater.backbone.Entry;
import java.util.List;

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

    /** One write: while the socket's buffers hold it, the next one is read. */
    private static final long MOST_BYTES = 64 << 10;

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

    static long bytes(List<Entry> entries) {
        return entries.stream().mapToLong(PieceSize::bytes).sum();
    }

    private static long bytes(Entry entry) {
        return entry.data().length + ENTRY_BYTES;
    }

    /** How many of these entries make up the next piece, if it may have so many bytes. */
    int count(List<Entry> entries, long most) {
        long sum = 0;
        int count = 0;
        while (count < entries.size() && count < messages) {
            sum += bytes(entries.get(count));
            if (sum > most && count > 0) {
                break;
            }
            count++;
        }
        return count;
    }

    /**
     * How many of the first {@code count} entries make up a piece that ends where the pieces of
     * others do: so subscribers that began at different places share pieces from the next one on.
     */
    static int aligned(List<Entry> entries, int count) {
        int best = count;
        int bestZeros = -1;
        for (int i = 1; i <= count; i++) {
            long sequence = entries.get(i - 1).position().channelSequence();
            int zeros = Long.numberOfTrailingZeros(sequence);
            if (zeros >= bestZeros) {
                best = i;
                bestZeros = zeros;
            }
        }
        return best;
    }
}
