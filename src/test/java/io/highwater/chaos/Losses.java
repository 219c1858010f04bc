package io.highwater.chaos;

import io.highwater.chaos.Event.Fault;
import java.util.ArrayList;
import java.util.List;

/** When the log that nodes share may have lost its end. Confined to its caller. */
final class Losses implements Event.Reader {
    private final List<Fault> losing = new ArrayList<>();

    @Override
    public void on(Fault event) {
        if (event.loses()) {
            losing.add(event);
        }
    }

    /**
     * Whether what was appended between two moments may be lost.
     *
     * @param fromNanos it was certainly not there before
     * @param toNanos it was certainly there afterwards
     */
    boolean mayCover(long fromNanos, long toNanos) {
        return losing.stream().anyMatch(fault -> isDuring(fault, fromNanos, toNanos));
    }

    /** The same, where the nodes may have lost it too. */
    boolean mayErase(long fromNanos, long toNanos) {
        return losing.stream()
                .anyMatch(fault -> fault.erases() && isDuring(fault, fromNanos, toNanos));
    }

    private static boolean isDuring(Fault fault, long fromNanos, long toNanos) {
        return fromNanos - fault.untilNanos() <= 0 && toNanos - fault.lossNanos() >= 0;
    }
}
