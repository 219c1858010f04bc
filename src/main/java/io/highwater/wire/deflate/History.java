package io.highwater.wire.deflate;

import java.nio.ByteBuffer;

/**
 * A hibernated context: the last plain text that was compressed for one direction of a connection.
 * Any suffix of what the peer has in its window will do, the empty one too, so a history may be cut
 * or given up at any time; what it may never have is a byte that the peer lacks.
 */
sealed interface History permits Tail, TailSuffix, OwnHistory {
    /** Where the text ends; not to be written to. */
    byte[] bytes();

    /** Index after the last byte of the text. */
    int end();

    int length();

    /**
     * The history after a message was compressed. This one must not be used any more, unless it is
     * shared.
     *
     * @param message left as it is
     * @param maxBytes to keep
     */
    default OwnHistory append(ByteBuffer message, int maxBytes) {
        OwnHistory own = new OwnHistory();
        own.add(ByteBuffer.wrap(bytes(), end() - length(), length()), maxBytes);
        own.add(message, maxBytes);
        return own;
    }

    /** What it costs this connection alone, in bytes of heap. */
    default int ownBytes() {
        return 0;
    }
}
