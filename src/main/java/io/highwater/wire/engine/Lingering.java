package io.highwater.wire.engine;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Charges what transports hold of sessions that are over, until their peers have read it or their
 * time is up. It is charged to those peers, and limited to an eighth of the account, since no
 * session can be asked to give it back sooner; for each address to an eighth of its share. One per
 * node. Thread-safe.
 */
public final class Lingering {
    private static final int PARTS = 8;

    /** What the transport keeps beside the bytes. */
    private static final int OBJECT_BYTES = 200;

    /** The result of {@link #charge} if transports would keep too much. */
    static final long TOO_MUCH = -1;

    private final Book book;
    private final long mostBytes;
    private final long mostOfAddress;
    private final AtomicLong bytes = new AtomicLong();

    /** Only addresses that have any. */
    private final Map<Payer, Long> bytesOfAddress = new ConcurrentHashMap<>();

    Lingering(Ledger ledger) {
        book = ledger.book(Account.OUTBOUND);
        mostBytes = book.mostBytes() / PARTS;
        mostOfAddress = book.mostBytesOfAddress() / PARTS;
    }

    /**
     * Charges what the transport holds of a session that is over.
     *
     * @return what to give back later, or {@link #TOO_MUCH}
     */
    long charge(Payer payer, int heldBytes) {
        if (heldBytes == 0) {
            return 0;
        }
        long charged = heldBytes + OBJECT_BYTES;
        // This check comes first: an address that has its share must not take room from others, not
        // even for a moment.
        if (bytesOfAddress.merge(payer, charged, Long::sum) > mostOfAddress && !payer.isProxy()) {
            giveBackOfAddress(payer, charged);
            return TOO_MUCH;
        }
        if (bytes.addAndGet(charged) > mostBytes) {
            bytes.addAndGet(-charged);
            giveBackOfAddress(payer, charged);
            return TOO_MUCH;
        }
        book.add(payer, charged);
        return charged;
    }

    void giveBack(Payer payer, long charged) {
        if (charged > 0) {
            bytes.addAndGet(-charged);
            giveBackOfAddress(payer, charged);
            book.add(payer, -charged);
        }
    }

    private void giveBackOfAddress(Payer payer, long charged) {
        bytesOfAddress.computeIfPresent(
                payer, (address, had) -> had > charged ? had - charged : null);
    }
}
