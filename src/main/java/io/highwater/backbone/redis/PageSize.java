package io.highwater.backbone.redis;

import java.util.List;

/**
 * How many entries the next page of a stream asks for, so that one answer has about {@link #BYTES}:
 * a longer one delays what other nodes ask of Redis. Confined to its read.
 *
 * <p>Redis bounds an answer by its number of entries alone. So the first page is short enough for
 * the largest entries, and each further one has at most twice as many as the one before.
 */
final class PageSize {
    static final long BYTES = 1 << 20;

    /** With the largest messages that clients may send by default, 64 KiB, these are enough. */
    static final int FIRST = 16;

    static final int MOST = 64;

    private int count = FIRST;

    /** How many entries the next page asks for. */
    int count() {
        return count;
    }

    /** A page came. */
    void onPage(List<StreamItem> items) {
        if (items.isEmpty()) {
            return;
        }
        long bytes = items.stream().mapToLong(StreamItem::bytes).sum();
        long fitting = BYTES / Math.max(1, bytes / items.size());
        count = (int) Math.max(1, Math.min(Math.min(MOST, 2L * count), fitting));
    }
}
