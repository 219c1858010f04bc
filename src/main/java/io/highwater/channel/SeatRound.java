package io.highwater.channel;

import io.highwater.limits.HeapBytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * The seats of a channel that came and went since a round began: of those that came, the seats; of
 * those that went, how many, and as many names as will be listed. Confined to the shard's thread.
 */
final class SeatRound<F> {
    /** Heap of a place in a set of seats. */
    static final int PLACE_BYTES = 16;

    /** Heap of a place in the list, without the name. */
    private static final int NAME_BYTES = 8;

    private final int listed;
    private final LongConsumer charge;
    private final Set<Seat<F>> came = Collections.newSetFromMap(new IdentityHashMap<>(2));
    private final List<String> leftNames = new ArrayList<>(0);
    private int left;

    /**
     * @param listed the most names of those who came, and of those who went
     * @param charge is told the heap bytes that this takes more, or less
     */
    SeatRound(int listed, LongConsumer charge) {
        this.listed = listed;
        this.charge = charge;
    }

    void joined(Seat<F> seat) {
        if (came.add(seat)) {
            charge.accept(PLACE_BYTES);
        }
    }

    /** False if the seat came in this round, so that nothing has changed by it. */
    boolean left(Seat<F> seat) {
        if (came.remove(seat)) {
            charge.accept(-PLACE_BYTES);
            return false;
        }
        left++;
        if (leftNames.size() < listed) {
            String client = seat.subscriber.client();
            leftNames.add(client);
            charge.accept(NAME_BYTES + HeapBytes.of(client));
        }
        return true;
    }

    /** What it brought; the next round begins. */
    NetChange end() {
        List<String> arrived = new ArrayList<>();
        Iterator<Seat<F>> seat = came.iterator();
        while (arrived.size() < listed && seat.hasNext()) {
            arrived.add(seat.next().subscriber.client());
        }
        NetChange change =
                new NetChange(listed)
                        .add(new Members(came.size(), arrived), new Members(left, leftNames));
        charge.accept(-PLACE_BYTES * (long) came.size());
        for (String name : leftNames) {
            charge.accept(-NAME_BYTES - HeapBytes.of(name));
        }
        came.clear();
        left = 0;
        leftNames.clear();
        return change;
    }
}
