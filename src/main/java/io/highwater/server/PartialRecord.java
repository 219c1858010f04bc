package io.highwater.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Debtor;
import io.highwater.limits.Payer;
import io.highwater.wire.jetty.TcpReset;
import java.io.IOException;
import org.eclipse.jetty.io.EndPoint;

/**
 * A TLS record that has not arrived completely. As long as one byte of it is there, Jetty keeps a
 * buffer for the largest possible record. The buffer is charged to the account of messages that
 * arrive. A connection of a trusted proxy, which many users may share, is not ended for it.
 * Thread-safe; under its lock it calls only the book, which calls no other code.
 */
final class PartialRecord implements Debtor {
    /** JSSE's maximum of 16.7 KB, rounded up to the pool's steps of 4 KiB. */
    private static final int BYTES = 20 << 10;

    private final Book book;
    private final Payer payer;
    private final EndPoint endPoint;
    private final long sinceNanos;

    /** Whether the record is complete or its connection has ended. */
    @GuardedBy("this")
    private boolean over;

    PartialRecord(Edge edge, Payer payer, EndPoint endPoint) {
        this.book = edge.ledger().book(Account.INBOUND);
        this.payer = payer;
        this.endPoint = endPoint;
        this.sinceNanos = edge.wheel().nowNanos();
        book.add(payer, BYTES);
        if (!payer.isProxy()) {
            book.join(this);
        }
    }

    /** Ends the debtors that keep too much, maybe this one; called without a lock. */
    void settle() {
        book.settle(payer);
    }

    /** Stops charging the buffer. Returns false if that was done before. */
    synchronized boolean close() {
        if (over) {
            return false;
        }
        over = true;
        book.leave(this);
        book.add(payer, -BYTES);
        return true;
    }

    @Override
    public Payer payer() {
        return payer;
    }

    @Override
    public synchronized long keptBytes() {
        return over ? 0 : BYTES;
    }

    @Override
    public long ageNanos(long nowNanos) {
        return nowNanos - sinceNanos;
    }

    @Override
    public boolean end(Account account) {
        if (!close()) {
            return false;
        }
        TcpReset.of(endPoint, new IOException("full: " + account.label()));
        return true;
    }
}
