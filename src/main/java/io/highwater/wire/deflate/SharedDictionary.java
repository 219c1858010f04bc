package io.highwater.wire.deflate;

import io.highwater.limits.HeapBytes;
import java.nio.ByteBuffer;

/**
 * The end of what a channel has sent, which is the dictionary of every connection that got all of
 * it: they share this object. One is told from another by identity. Immutable.
 */
final class SharedDictionary implements Dictionary {
    /** As much as the default mode keeps. */
    static final int MAX_BYTES = 4096;

    /** Valid for every peer at any time. */
    static final SharedDictionary EMPTY = new SharedDictionary(new byte[0]);

    private static final int OBJECT_BYTES = 16;

    private final byte[] bytes;

    private SharedDictionary(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The dictionary after one more message, which is left as it is. */
    SharedDictionary after(ByteBuffer message) {
        int added = Math.min(message.remaining(), MAX_BYTES);
        int kept = Math.min(bytes.length, MAX_BYTES - added);
        byte[] next = new byte[kept + added];
        System.arraycopy(bytes, bytes.length - kept, next, 0, kept);
        message.get(message.limit() - added, next, kept, added);
        return new SharedDictionary(next);
    }

    /** What it takes of the heap, however many connections have it. */
    int sharedBytes() {
        return bytes.length == 0 ? 0 : OBJECT_BYTES + (int) HeapBytes.ofArray(bytes.length);
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public int end() {
        return bytes.length;
    }

    @Override
    public int length() {
        return bytes.length;
    }
}
