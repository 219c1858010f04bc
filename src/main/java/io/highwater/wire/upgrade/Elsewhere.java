package io.highwater.wire.upgrade;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import java.net.InetAddress;
import java.util.concurrent.RejectedExecutionException;

/**
 * Takes tasks that may block off the thread that reads, for as many handshakes as their account
 * holds: without that limit, a rule that waits would pile up all handshakes that come meanwhile.
 * Thread-safe.
 */
final class Elsewhere {
    /** A parked virtual thread and what it was given. Measured. */
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
     * Runs a task of a handshake. An exception from the task is answered with 500.
     *
     * @return false if it is one task too many; the caller answers the handshake then
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
