package io.highwater.wire.engine;

import io.highwater.wire.CloseStatus;
import org.jspecify.annotations.Nullable;

/**
 * How far a WebSocket is on the way to its end: whose Close frame has passed, what ended the
 * session, and what the listener has heard. One table of states; nothing here calls anybody.
 *
 * <p>The first layer of {@link WireConnection}. All is guarded by this: callers hold the lock,
 * where a method does not take it itself.
 */
abstract sealed class CloseHandshake permits SerialRun {
    /** How a session ends of which no Close tells. */
    static final CloseStatus LOST = CloseStatus.of(CloseStatus.ABNORMAL);

    /** What is read in a state. */
    enum Reading {
        /** Messages, as the listener demands them. */
        DEMANDED,
        /** All that comes, to find the peer's Close; messages are dropped. */
        FOR_CLOSE,
        /** All that comes, and it is dropped: the peer is to see that it was taken. */
        DROPPED,
        NOTHING
    }

    private enum State {
        /** The answer to the opening handshake is not sent: nothing can be written. */
        UPGRADING(Reading.NOTHING),
        /** The same, but the transport is over already. */
        LOST_EARLY(Reading.NOTHING),
        /** Messages flow. */
        OPEN(Reading.DEMANDED),
        /** Our Close waits or is under way, the peer's is awaited. */
        CLOSING(Reading.FOR_CLOSE),
        /** Our Close is written, the peer's is awaited. */
        CLOSE_SENT(Reading.FOR_CLOSE),

        // From here on the session is over: the listener has its onClosed, or is owed it.

        /** The session was given up: our Close waits or is under way. */
        FAILING(Reading.DROPPED),
        /** The session was given up and our Close is written, and with it our half ended. */
        FAILED(Reading.DROPPED),
        /** The peer's Close has come: ours waits or is under way. */
        ANSWERING(Reading.NOTHING),
        /** The transport is to be closed. */
        OVER(Reading.NOTHING),
        /** The transport was reset: to close it would be too late. */
        RESET(Reading.NOTHING),
        /** Transport, reader and place are given back, or are just being. */
        RELEASED(Reading.NOTHING);

        private final Reading reading;

        State(Reading reading) {
            this.reading = reading;
        }

        boolean isUpgraded() {
            return compareTo(OPEN) >= 0;
        }

        boolean isSessionOver() {
            return compareTo(FAILING) >= 0;
        }

        /** The table. What is not in it changes nothing: it came too late. */
        State after(Event event) {
            return switch (event) {
                case UPGRADED ->
                        switch (this) {
                            case UPGRADING -> OPEN;
                            case LOST_EARLY -> OVER;
                            default -> this;
                        };
                case NEVER_UPGRADED -> isUpgraded() ? this : RELEASED;
                case CLOSE -> this == OPEN ? CLOSING : this;
                case FAIL ->
                        switch (this) {
                            case OPEN, CLOSING -> FAILING;
                            case CLOSE_SENT -> FAILED;
                            default -> this;
                        };
                case PEERS_CLOSE ->
                        switch (this) {
                            case OPEN, CLOSING, FAILING -> ANSWERING;
                            case CLOSE_SENT, FAILED -> OVER;
                            default -> this;
                        };
                case CLOSE_WRITTEN ->
                        switch (this) {
                            case CLOSING -> CLOSE_SENT;
                            case FAILING -> FAILED;
                            case ANSWERING -> OVER;
                            default -> this;
                        };
                case LOST ->
                        switch (this) {
                            case UPGRADING -> LOST_EARLY;
                            case OPEN, CLOSING, CLOSE_SENT, FAILING, FAILED, ANSWERING -> OVER;
                            default -> this;
                        };
                case ABORT ->
                        switch (this) {
                            case UPGRADING -> LOST_EARLY;
                            case LOST_EARLY, RESET, RELEASED -> this;
                            default -> RESET;
                        };
                case RELEASE -> RELEASED;
            };
        }
    }

    /** What moves the state. */
    enum Event {
        /** The opening handshake is answered. */
        UPGRADED,
        /** It came to nothing. */
        NEVER_UPGRADED,
        /** We begin to close. */
        CLOSE,
        /** We give the session up. */
        FAIL,
        /** The peer's Close was read. */
        PEERS_CLOSE,
        /** The transport took our Close. */
        CLOSE_WRITTEN,
        /** The transport is over. */
        LOST,
        /** We reset the transport. */
        ABORT,
        /** The last of the wire is let go. */
        RELEASE
    }

    /** What the listener was told. */
    private enum Told {
        NOTHING,
        OPENING,
        END
    }

    /** Guarded by this, like those below. */
    private State state = State.UPGRADING;

    private Told told = Told.NOTHING;

    /** What ended the session; the first cause wins. */
    private @Nullable CloseStatus status;

    /** {@link #status} is the peer's. */
    private boolean closedByPeer;

    /** False where the event comes too late to change anything. */
    final boolean move(Event event) {
        State next = state.after(event);
        boolean moved = next != state;
        state = next;
        return moved;
    }

    /** The same of an event that ends the session, unless another did before. */
    final boolean move(Event event, CloseStatus cause) {
        boolean moved = move(event);
        if (moved && status == null) {
            status = cause;
            closedByPeer = event == Event.PEERS_CLOSE;
        }
        return moved;
    }

    /** What ends the session, if the next event does. */
    final void blame(CloseStatus cause) {
        if (status == null) {
            status = cause;
        }
    }

    /** Whether messages flow. */
    final boolean isOpen() {
        return state == State.OPEN;
    }

    /** Whether messages flow, or may once the opening handshake is answered. */
    final boolean mayDemand() {
        return state.compareTo(State.OPEN) <= 0;
    }

    /** Whether our Close was begun, and the peer may still answer it. */
    final boolean isClosing() {
        return state == State.CLOSING || state == State.CLOSE_SENT;
    }

    /** Whether the opening handshake is answered. */
    final boolean isUpgraded() {
        return state.isUpgraded();
    }

    /** Whether our half is to end: it has nothing to say behind the Close. */
    final boolean isOutputOver() {
        return state == State.FAILED;
    }

    /** Whether the transport is to be closed. */
    final boolean isOver() {
        return state == State.OVER;
    }

    /** Whether it was reset, and the rest is to be let go. */
    final boolean isReset() {
        return state == State.RESET;
    }

    final Reading reading() {
        return state.reading;
    }

    final boolean isOpeningDue() {
        return told == Told.NOTHING && state.isUpgraded();
    }

    final void openingTold() {
        told = Told.OPENING;
    }

    /** Never without its opening. */
    final boolean isEndDue() {
        return told == Told.OPENING && state.isSessionOver();
    }

    /** The listener hears no more, whatever it has heard. */
    final void endTold() {
        told = Told.END;
    }

    /** What the listener hears of the end, once it has come. */
    final synchronized CloseStatus endStatus() {
        return status == null ? LOST : status;
    }

    /** Whether the end is one that nobody looks into, as far as it is known. */
    final boolean isEndOrdinary() {
        return status == null || status.isOrdinary();
    }

    /** After the end: whether it was the peer's Close that began it. */
    public final synchronized boolean isClosedByPeer() {
        return closedByPeer;
    }
}
