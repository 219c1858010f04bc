package io.highwater.wire.deflate;

/**
 * What client and server agreed on (RFC 7692 section 7.1). Immutable; equal ones are shared.
 *
 * @param server whether our messages may refer to earlier ones of ours
 * @param serverMaxWindowBits how far back our messages may refer, 8 to 15
 * @param client whether the client's messages may refer to earlier ones of the client
 * @param clientMaxWindowBits how far back the client's messages refer at most, 8 to 15
 * @param contextBytes of the text we sent, kept at most: no more than our window
 * @param answer the value of the answer's Sec-WebSocket-Extensions
 */
record Agreement(
        ContextTakeover server,
        int serverMaxWindowBits,
        ContextTakeover client,
        int clientMaxWindowBits,
        int contextBytes,
        String answer) {
    /** RFC 7692 section 7.1.2: a window of 15 bits. */
    static final int MOST_RECEIVED_BYTES = 1 << 15;

    /** How many bytes back our messages may refer. */
    int serverWindowBytes() {
        return 1 << serverMaxWindowBits;
    }

    /** Whether the client may refer to a whole window, the largest there is. */
    boolean keepsAll() {
        return receivedBytes() == MOST_RECEIVED_BYTES;
    }

    /** What must be kept of what the client sent; 0 where its messages stand alone. */
    int receivedBytes() {
        return client == ContextTakeover.TAKEOVER ? 1 << clientMaxWindowBits : 0;
    }
}
