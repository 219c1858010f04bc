package io.highwater.wire.upgrade;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import java.net.InetAddress;
import java.util.concurrent.RejectedExecutionException;

/**
 * Takes what may block off the thread that reads, for as many handshakes as their account holds: a
 * rule that waits would otherwise gather all that come meanwhile. Thread-safe.
 */
final class Elsewhere {
    /** A virtual thread that is parked, and what it was given. Measured. */
    private static final int BYTES = 3_000;

    private final Ledger ledger;
    private final Book handshakes;
    private final HandshakeLog log;

    Elsewhere(Ledger ledger, HandshakeLog log) {
        this.ledger = ledger;
        this.handshakes = ledger.book(Account.HANDSHAKES);
        this.log = log;
    }

    /**
     * Runs a task of a handshake. What it throws is answered with 500.
     *
     * @return false for one too many, which the caller answers
     */
    boolean run(UpgradeExchange exchange, Runnable task) {
        Payer payer = payer(exchange);
        if (!handshakes.tryAdd(payer, BYTES)) {
            return false;
        }
        try {
            exchange.execute(
                    () -> {
                        try {
                            task.run();
                        } catch (Throwable e) {
                            try {
                                log.failed(exchange.request(), e);
                            } finally {
                                exchange.fail();
                            }
                        } finally {
                            handshakes.add(payer, -BYTES);
                        }
                    });
            return true;
        } catch (RejectedExecutionException e) {
            handshakes.add(payer, -BYTES);
            throw e;
        }
    }

    private Payer payer(UpgradeExchange exchange) {
        InetAddress peer = exchange.request().peer().getAddress();
        return ledger.payers().of(peer == null ? InetAddress.getLoopbackAddress() : peer);
    }
}
