package io.highwater.wire.deflate;

import java.nio.ByteBuffer;

/**
 * What compression has to know between two messages: the last plain text that was compressed for
 * one direction of a connection, which zlib is given as its dictionary. Any suffix of what the peer
 * has in its window will do, the empty one too, so a dictionary may be cut or given up at any time.
 * It must never have a byte that the peer lacks.
 */
sealed interface Dictionary permits SharedDictionary, DictionarySuffix, OwnDictionary {
    /** The array that the text ends in; not to be written to. */
    byte[] bytes();

    /** Index after the last byte of the text. */
    int end();

    int length();

    /**
     * The dictionary after a message was compressed. The old one must not be used any more, unless
     * it is shared.
     *
     * @param message left as it is
     * @param maxBytes to keep
     */
    default OwnDictionary append(ByteBuffer message, int maxBytes) {
        OwnDictionary own = new OwnDictionary();
        own.add(ByteBuffer.wrap(bytes(), end() - length(), length()), maxBytes);
        own.add(message, maxBytes);
        return own;
    }

    /** What it costs this connection alone, in bytes of heap. */
    default int ownBytes() {
        return 0;
    }
}
