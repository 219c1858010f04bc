package io.highwater.channel;

import io.highwater.protocol.Cursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One subscriber's place in a channel. Confined to the shard's thread. */
final class Seat<F> {
    final Subscriber<F> subscriber;

    /** The index in its {@link Seats}, which alone reads and writes it. */
    int index;

    /** Not null while a read for this seat is pending. */
    private @Nullable Awaited<F> awaited;

    /** A read has served the seat up to here; null once a turn has passed this. */
    private @Nullable Cursor floor;

    Seat(Subscriber<F> subscriber) {
        this.subscriber = subscriber;
    }

    /** A read is pending: turns wait from now on. */
    void await(int requestId) {
        awaited = new Awaited<>(requestId);
    }

    /** The request that is not answered yet, or null. */
    @Nullable Integer awaitedRequest() {
        Awaited<F> open = awaited;
        return open == null ? null : open.requestId;
    }

    /** Whether it holds turns back for a read that is pending. */
    boolean isHolding() {
        return awaited != null && !awaited.turns.isEmpty();
    }

    /** Only while a read is pending. */
    void hold(WaitingTurn<F> turn) {
        if (awaited == null) {
            throw new IllegalStateException("no read is pending");
        }
        awaited.turns.add(turn);
        turn.hold();
    }

    /** It will not get the turns that it holds. */
    void letGo() {
        if (awaited != null) {
            awaited.turns.forEach(WaitingTurn::release);
            awaited.turns.clear();
        }
    }

    /** Only while no read is pending. */
    void onTurn(Turn<F> turn) {
        if (floor != null) {
            onTurnAtFloor(turn, floor);
        } else {
            subscriber.onTurn(turn, TurnKind.LIVE);
        }
    }

    private void onTurnAtFloor(Turn<F> turn, Cursor served) {
        Turn<F> rest = turn.after(served);
        floor = turn.beyond(served);
        if (rest != null) {
            subscriber.onTurn(rest, TurnKind.LIVE);
        }
    }

    /**
     * The read has served the seat up to {@code served}; turns bring what comes after.
     *
     * @return the turns that came while the read was pending, to be handed to {@link #onTurn} at
     *     once, and released
     */
    List<WaitingTurn<F>> live(Cursor served) {
        List<WaitingTurn<F>> turns = awaited == null ? List.of() : awaited.turns;
        awaited = null;
        floor = served;
        return turns;
    }

    /**
     * @param heard the last position that any turn has brought so far, or null
     */
    void settle(@Nullable Cursor heard) {
        if (floor != null && heard != null) {
            floor = floor.beyond(heard);
        }
    }

    /** The turns that came while a read was pending. Confined like its owner. */
    private static final class Awaited<F> {
        private final int requestId;
        private final List<WaitingTurn<F>> turns = new ArrayList<>(0);

        Awaited(int requestId) {
            this.requestId = requestId;
        }
    }
}
