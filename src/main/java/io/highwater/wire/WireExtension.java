package io.highwater.wire;

import java.nio.ByteBuffer;

/**
 * What was agreed on in the handshake beside RFC 6455 and changes how messages look on one wire:
 * permessage-deflate. It owns RSV1 (RFC 6455 section 9).
 *
 * <p>{@link #outgoing} has one caller at a time, {@link #incoming} has one, and the two may
 * overlap.
 */
public interface WireExtension {
    /** The value of the answer's Sec-WebSocket-Extensions. */
    String answer();

    /** The wire that it is agreed on for, once, before anything passes: it may have to end it. */
    default void attach(Wire wire) {}

    /**
     * The frames in the form they have on this wire, which is sent, or the wire is over: no message
     * may be dropped behind this.
     */
    OutboundFrame outgoing(OutboundFrame frame);

    /**
     * The message that a payload stands for, the first frame of which had RSV1.
     *
     * @param payload of all frames of the message; consumed
     * @param maxBytes of the message; it is never made larger than that
     * @return on the heap, and the caller's
     * @throws ProtocolViolation what the peer sent stands for nothing, or for too much
     */
    ByteBuffer incoming(ByteBuffer payload, long maxBytes) throws ProtocolViolation;

    /** The wire is over: lets all memory go. Called once, by any thread, possibly during a call. */
    void close();
}
