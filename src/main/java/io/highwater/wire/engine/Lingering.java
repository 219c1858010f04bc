package io.highwater.wire.engine;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What transports hold of sessions that are over, until their peers have read it or their time is
 * up: charged to those peers, and an eighth of the account at most, since nobody can be asked to
 * give it back sooner; of each address an eighth of its share. One a node. Thread-safe.
 */
public final class Lingering {
    private static final int PARTS = 8;

    /** What the transport keeps beside the bytes. */
    private static final int OBJECT_BYTES = 200;

    /** What {@link #charge} answers where they would keep too much. */
    static final long TOO_MUCH = -1;

    private final Book book;
    private final long mostBytes;
    private final long mostOfAddress;
    private final AtomicLong bytes = new AtomicLong();

    /** Of those that have any. */
    private final Map<Payer, Long> bytesOfAddress = new ConcurrentHashMap<>();

    Lingering(Ledger ledger) {
        book = ledger.book(Account.OUTBOUND);
        mostBytes = book.mostBytes() / PARTS;
        mostOfAddress = book.mostBytesOfAddress() / PARTS;
    }

    /**
     * A session is over whose transport holds so much of it.
     *
     * @return what is to be given back, or {@link #TOO_MUCH}
     */
    long charge(Payer payer, int heldBytes) {
        if (heldBytes == 0) {
            return 0;
        }
        long charged = heldBytes + OBJECT_BYTES;
        // First, so that who has its share takes no room of others', not for a moment either.
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
