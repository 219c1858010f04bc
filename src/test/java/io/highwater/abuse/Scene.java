package io.highwater.abuse;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Where an attack happens, from how many addresses, and for how long. Thread-safe.
 *
 * @param port HTTP/1.1 and h2c
 * @param tlsPort the same over TLS
 * @param addresses how many of 127.0.1.1, 127.0.1.2 and so on the attacker has
 */
record Scene(
        int port,
        int tlsPort,
        int addresses,
        long timeNanos,
        long deadlineNanos,
        BooleanSupplier nodeLives,
        Tally tally) {

    static Scene at(AbuseNode node, int addresses, Duration time) {
        return new Scene(
                node.port(),
                node.tlsPort(),
                addresses,
                time.toNanos(),
                System.nanoTime() + time.toNanos(),
                node::isAlive,
                new Tally());
    }

    boolean isOver() {
        return isOver(0);
    }

    /** Whether even those who are not done yet have to end: on a busy machine they get thrice. */
    boolean isLate() {
        return isOver(2 * timeNanos);
    }

    private boolean isOver(long graceNanos) {
        return System.nanoTime() - deadlineNanos >= graceNanos || !nodeLives.getAsBoolean();
    }
}
