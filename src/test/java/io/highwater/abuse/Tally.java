package io.highwater.abuse;

import java.util.concurrent.atomic.LongAdder;

/** What became of an attacker's connections. Thread-safe. */
final class Tally {
    /** TCP connections that were begun. */
    final LongAdder opened = new LongAdder();

    /** Those the node wanted nothing to do with. */
    final LongAdder refused = new LongAdder();

    /** Those it let in and ended. */
    final LongAdder ended = new LongAdder();

    final LongAdder sentBytes = new LongAdder();
    final LongAdder receivedBytes = new LongAdder();

    @Override
    public String toString() {
        return opened
                + " connections, "
                + refused
                + " refused, "
                + ended
                + " ended, sent "
                + (sentBytes.sum() >> 10)
                + " KiB, got "
                + (receivedBytes.sum() >> 10)
                + " KiB";
    }
}
