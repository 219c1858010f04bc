package io.highwater.backbone.ring;

import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of all messages of the node that are on their way into the log. They are charged to the
 * account RINGS, where they come next, and may take an eighth of it. Thread-safe.
 */
public final class PendingBytes {
    private static final int PARTS = 8;

    private final Book book;
    private final AtomicLong bytes = new AtomicLong();

    /**
     * @param book of the account RINGS
     */
    public PendingBytes(Book book) {
        this.book = book;
    }

    /** Adds if there is room, and says whether there was. */
    public boolean tryAdd(@Nullable Payer payer, long more) {
        if (bytes.addAndGet(more) > book.mostBytes() / PARTS) {
            bytes.addAndGet(-more);
            return false;
        }
        book.add(payer, more);
        return true;
    }

    public void remove(@Nullable Payer payer, long less) {
        bytes.addAndGet(-less);
        book.add(payer, -less);
    }
}
