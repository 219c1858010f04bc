package io.highwater.wire;

import java.nio.ByteBuffer;

/**
 * What the handshake agreed on beyond RFC 6455, and what changes how messages look on one wire:
 * permessage-deflate. It owns RSV1 (RFC 6455 section 9).
 *
 * <p>{@link #outgoing} has one caller at a time, {@link #incoming} has one, and the two may
 * overlap.
 */
public interface WireExtension {
    /** The value of the answer's Sec-WebSocket-Extensions. */
    String answer();

    /** Tells it its wire, once, before anything passes: the extension may have to end the wire. */
    default void attach(Wire wire) {}

    /**
     * Returns the frames in the form they have on this wire. The caller must send this form unless
     * the wire is over: no message may be dropped after this call.
     */
    OutboundFrame outgoing(OutboundFrame frame);

    /**
     * Decodes a message whose first frame had RSV1.
     *
     * @param payload the payload of all frames of the message; consumed
     * @param maxBytes limit of the decoded message, which is never made larger than that
     * @return the decoded message, on the heap; it belongs to the caller
     * @throws ProtocolViolation if what the peer sent can't be decoded, or decodes to too much
     */
    ByteBuffer incoming(ByteBuffer payload, long maxBytes) throws ProtocolViolation;

    /**
     * The wire is over: releases all memory. Called once, by any thread, possibly during a call.
     */
    void close();
}
