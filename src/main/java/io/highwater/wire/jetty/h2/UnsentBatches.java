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
 * sessions count them as written, so they are charged here: to {@link Account#OUTBOUND}, as much as
 * the buffers can hold. They are outside of the heap, where there may be as much as in it.
 *
 * <p>A trusted proxy's connection is charged and not ended for it: all its users would go, whose
 * own queues are small. Those are ended as far as they are not.
 *
 * <p>Thread-safe. Nobody is called under its lock but the book, which calls nobody.
 */
final class UnsentBatches implements Debtor {
    /** The buffer of a TLS record: JSSE's 16.7 KB at most, in the pool's steps of 4 KiB. */
    private static final int RECORD_BYTES = 20 << 10;

    private final EndPoint endPoint;
    private final Payer payer;
    private final Book book;
    private final Ticker ticker;
    private final int recordBytes;

    /** Written under this; who has nothing to change reads it as it is. */
    private volatile long keptBytes;

    /** Since the socket took a whole write last, or something waits. */
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
     * It keeps so much now.
     *
     * @param bytes what its buffers can hold; mostly 0
     * @param stuck whether the socket has them, and with TLS a record of them
     * @return whether that is more than before, and {@link #settle} is to follow
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

    /** The socket took a write to its end: the rest is younger for that. */
    void onProgress() {
        if (keptBytes > 0) {
            synchronized (this) {
                sinceNanos = ticker.nanoTime();
            }
        }
    }

    /** Who keeps too much is ended, maybe this one; under no lock. */
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

    /** A reset: no farewell would get past what is stuck. */
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
