package io.highwater.wire;

import java.nio.ByteBuffer;

/**
 * WAIST 1, the events in. One listener serves one {@link Wire}.
 *
 * <p>{@code onOpen}, {@code onFragment}, {@code onPong} and {@code onClosed} come one at a time, in
 * order, on the session's executor. Two kinds of events come on the thread that brought them
 * instead: those for which the route's {@link Route.Lifecycle} allows it, and {@code onClosed} if
 * the executor has no thread. {@code onWritable} comes from the thread that completed a write,
 * possibly while one of the others runs: a callback that waits for its own message to leave must
 * not hold up the queue. An exception from a method ends the session with 1011.
 */
public interface WireListener {
    /** The upgrade is answered. Nothing is read until {@link Wire#demand}. */
    void onOpen();

    /**
     * A piece of a message: checked UTF-8 where it is text (a piece may end inside a character),
     * within the message limit so far. A frame of up to 64 KiB comes in one piece.
     *
     * @param opcode TEXT or BINARY in the first piece, then CONTINUATION
     * @param payload valid until the next {@link Wire#demand}; may be changed
     * @param last true with the last piece of the message
     */
    void onFragment(Opcode opcode, ByteBuffer payload, boolean last);

    /**
     * A message of the peer is over the limit, which ends the session with {@code status}. True:
     * the listener ends the session itself, after what it still has to say; what it demands
     * meanwhile is dropped. False: the wire fails at once. In order with the others, on the
     * session's executor.
     */
    default boolean onTooLarge(CloseStatus status) {
        return false;
    }

    /**
     * Called first for each Pong: whether the Pong answers a Ping of the session's own, which is
     * settled by that. Comes on any thread, possibly while one of the others runs, and perhaps
     * twice for a Pong that it does not settle: it must not block. {@code payload} is valid during
     * the call and must not be changed.
     */
    default boolean settlePing(ByteBuffer payload) {
        return false;
    }

    /** Any other Pong; {@code payload} is valid during the call. Uses up no demand. */
    default void onPong(ByteBuffer payload) {}

    /** The wire takes frames again after a {@link Wire#write} that returned false. */
    void onWritable();

    /**
     * Nothing written from now on reaches the peer, and what is in flight may not reach it. Comes
     * from any thread, possibly more than once and while a callback runs: a callback that waits for
     * its own message to leave would otherwise wait forever, and hold up {@link #onClosed}, which
     * follows.
     */
    default void onOutputLost() {}

    /**
     * Whether {@link #onClosed} may block by now, though the route's lifecycle is {@link
     * Route.Lifecycle#NON_BLOCKING}. Called under the wire's lock: it must answer at once.
     */
    default boolean closedMayBlock() {
        return false;
    }

    /**
     * Bytes of heap that the listener keeps of a message that has not come whole. Called after
     * {@link #onFragment}, on its thread.
     */
    default long keptBytes() {
        return 0;
    }

    /**
     * The end, once, whatever caused it: the first cause wins. Nothing comes after it.
     *
     * @param status what ended it: the peer's Close, ours, or {@link CloseStatus#ABNORMAL}
     */
    void onClosed(CloseStatus status);
}
