package io.highwater.wire.engine;

import io.highwater.wire.CloseStatus;
import org.jspecify.annotations.Nullable;

/**
 * How far a WebSocket is on the way to its end: whose Close frame has passed, what ended the
 * session, and what the listener has heard. One table of states; nothing here calls other code.
 *
 * <p>The first layer of {@link WireConnection}. All fields are guarded by this: callers hold the
 * lock where a method does not take it itself.
 */
abstract sealed class CloseHandshake permits SerialRun {
    /** The status of a session that ends without a Close. */
    static final CloseStatus LOST = CloseStatus.of(CloseStatus.ABNORMAL);

    /** What is read in a state. */
    enum Reading {
        /** Messages, as the listener demands them. */
        DEMANDED,
        /** All that comes, to find the peer's Close; messages are dropped. */
        FOR_CLOSE,
        /** Everything is read and dropped, so that the peer sees that its bytes were taken. */
        DROPPED,
        NOTHING
    }

    private enum State {
        /** The answer to the opening handshake is not sent yet: nothing can be written. */
        UPGRADING(Reading.NOTHING),
        /** The same, but the transport is over already. */
        LOST_EARLY(Reading.NOTHING),
        /** Messages flow. */
        OPEN(Reading.DEMANDED),
        /** Our Close waits or is under way, the peer's is awaited. */
        CLOSING(Reading.FOR_CLOSE),
        /** Our Close is written, the peer's is awaited. */
        CLOSE_SENT(Reading.FOR_CLOSE),

        // From here on the session is over: the listener has heard onClosed, or will.

        /** The session was given up: our Close waits or is under way. */
        FAILING(Reading.DROPPED),
        /** The session was given up, our Close is written, and our half ended with it. */
        FAILED(Reading.DROPPED),
        /** The peer's Close has come: ours waits or is under way. */
        ANSWERING(Reading.NOTHING),
        /** The transport is to be closed. */
        OVER(Reading.NOTHING),
        /** The transport was reset: it is too late to close it. */
        RESET(Reading.NOTHING),
        /** Transport, reader and lease are given back, or are about to be. */
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

        /** The table. An event that is not in it changes nothing: it came too late. */
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
        /** The opening handshake came to nothing. */
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
        /** The last resources of the wire are released. */
        RELEASE
    }

    /** What the listener was told. */
    private enum Told {
        NOTHING,
        OPENING,
        END
    }

    /** Guarded by this, like the fields below. */
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

    /** As above, for an event that ends the session with this cause, unless it ended before. */
    final boolean move(Event event, CloseStatus cause) {
        boolean moved = move(event);
        if (moved && status == null) {
            status = cause;
            closedByPeer = event == Event.PEERS_CLOSE;
        }
        return moved;
    }

    /** Sets the cause in advance, in case the next event ends the session. */
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

    /** Whether our half must end: it sends nothing after the Close. */
    final boolean isOutputOver() {
        return state == State.FAILED;
    }

    /** Whether the transport is to be closed. */
    final boolean isOver() {
        return state == State.OVER;
    }

    /** Whether the transport was reset, and the rest is to be released. */
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

    /** Never true before the listener has heard of the opening. */
    final boolean isEndDue() {
        return told == Told.OPENING && state.isSessionOver();
    }

    /** The listener hears nothing more, whatever it has heard. */
    final void endTold() {
        told = Told.END;
    }

    /** What the listener hears of the end, once it has come. */
    final synchronized CloseStatus endStatus() {
        return status == null ? LOST : status;
    }

    /** Whether the end, as far as it is known, is one that nobody needs to look into. */
    final boolean isEndOrdinary() {
        return status == null || status.isOrdinary();
    }

    /** After the end: whether it was the peer's Close that began it. */
    public final synchronized boolean isClosedByPeer() {
        return closedByPeer;
    }
}
