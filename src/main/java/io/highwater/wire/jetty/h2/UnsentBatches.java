package io.highwater.wire.jetty.h2;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Debtor;
import io.highwater.limits.Payer;
import io.highwater.time.Ticker;
import io.highwater.wire.jetty.TcpReset;
import java.io.IOException;
import org.eclipse.jetty.io.EndPoint;

/**
 * The buffers of one {@link StreamBatcher} that neither the socket nor a window takes now. Their
 * sessions count them as written, so they are charged here: to {@link Account#OUTBOUND}, by their
 * capacity. They are outside the heap, where there may be as much memory as in it.
 *
 * <p>A trusted proxy's connection is charged but not ended for it: that would end all its users,
 * whose own queues are small. Users whose own queues are large are ended instead.
 *
 * <p>Thread-safe. Under its lock only the book is called, which calls no other code.
 */
final class UnsentBatches implements Debtor {
    /** Size of the buffer of a TLS record: JSSE's 16.7 KB at most, in the pool's steps of 4 KiB. */
    private static final int RECORD_BYTES = 20 << 10;

    private final EndPoint endPoint;
    private final Payer payer;
    private final Book book;
    private final Ticker ticker;
    private final int recordBytes;

    /** Written under this; read without it to see whether there is something to change. */
    private volatile long keptBytes;

    /** When the socket last took a whole write, or when something began to wait. */
    @GuardedBy("this")
    private long sinceNanos;

    /** The connection has ended for what it keeps. */
    @GuardedBy("this")
    private boolean over;

    UnsentBatches(EndPoint endPoint, Payer payer, Http2Bounds bounds) {
        this.endPoint = endPoint;
        this.payer = payer;
        this.book = bounds.ledger().book(Account.OUTBOUND);
        this.ticker = bounds.ticker();
        this.recordBytes = endPoint.isSecure() ? RECORD_BYTES : 0;
    }

    /**
     * Sets how much it keeps now.
     *
     * @param bytes the capacity of its buffers; usually 0
     * @param stuck whether the socket has them, and with TLS a record of them
     * @return whether that is more than before, so that {@link #settle} must follow
     */
    boolean keep(long bytes, boolean stuck) {
        long now = stuck ? bytes + recordBytes : bytes;
        if (now == keptBytes) {
            return false;
        }
        synchronized (this) {
            long before = keptBytes;
            if (over || now == before) {
                return false;
            }
            keptBytes = now;
            book.add(payer, now - before);
            if (before == 0) {
                sinceNanos = ticker.nanoTime();
                if (!payer.isProxy()) {
                    book.join(this);
                }
            } else if (now == 0) {
                book.leave(this);
            }
            return now > before;
        }
    }

    /** The socket took a whole write: the age of the rest begins anew. */
    void onProgress() {
        if (keptBytes > 0) {
            synchronized (this) {
                sinceNanos = ticker.nanoTime();
            }
        }
    }

    /** Ends those that keep too much, maybe this one. Call it without a lock. */
    void settle() {
        book.settle(payer);
    }

    // As a debtor.

    @Override
    public Payer payer() {
        return payer;
    }

    @Override
    public long keptBytes() {
        return keptBytes;
    }

    @Override
    public synchronized long ageNanos(long nowNanos) {
        return nowNanos - sinceNanos;
    }

    /** Resets the connection: no farewell would get past what is stuck. */
    @Override
    public boolean end(Account account) {
        synchronized (this) {
            if (over || keptBytes == 0) {
                return false;
            }
            over = true;
            book.leave(this);
            book.add(payer, -keptBytes);
            keptBytes = 0;
        }
        TcpReset.of(endPoint, new IOException("full: " + account.label()));
        return true;
    }
}
