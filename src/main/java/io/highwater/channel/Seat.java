package io.highwater.channel;

import io.highwater.protocol.Cursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One subscriber's place in a channel. Confined to the shard's thread. */
final class Seat<F> {
    final Subscriber<F> subscriber;

    /** Where it is in its {@link Seats}; belongs to that. */
    int index;

    /** Not null while a read is out for it. */
    private @Nullable Awaited<F> awaited;

    /** Up to where a read has served it, until a turn has passed that; then null. */
    private @Nullable Cursor floor;

    Seat(Subscriber<F> subscriber) {
        this.subscriber = subscriber;
    }

    /** A read is out: turns wait from now on. */
    void await(int requestId) {
        awaited = new Awaited<>(requestId);
    }

    /** The request that is not answered yet, or null. */
    @Nullable Integer awaitedRequest() {
        Awaited<F> open = awaited;
        return open == null ? null : open.requestId;
    }

    void onTurn(Turn<F> turn) {
        if (awaited != null) {
            awaited.turns.add(turn);
        } else if (floor != null) {
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
     * It is served up to {@code served} and gets what comes after.
     *
     * @return what came while the read was out, to be handed to {@link #onTurn} at once
     */
    List<Turn<F>> live(Cursor served) {
        List<Turn<F>> turns = awaited == null ? List.of() : awaited.turns;
        awaited = null;
        floor = served;
        return turns;
    }

    /**
     * @param heard the last entry of all turns so far, or null
     */
    void settle(@Nullable Cursor heard) {
        if (floor != null && heard != null) {
            floor = floor.beyond(heard);
        }
    }

    /** What came while a read was out. Confined like its owner. */
    private static final class Awaited<F> {
        private final int requestId;
        private final List<Turn<F>> turns = new ArrayList<>(0);

        Awaited(int requestId) {
            this.requestId = requestId;
        }
    }
}
