package io.highwater.wire.deflate;

import io.highwater.limits.HeapBytes;
import java.nio.ByteBuffer;

/**
 * The end of what a channel has sent, and at once the history of every connection that got all of
 * it: these share this object. Told from others by its identity. Immutable.
 */
final class Tail implements History {
    /** As much as the default mode keeps. */
    static final int MAX_BYTES = 4096;

    /** Valid for every peer at any time. */
    static final Tail EMPTY = new Tail(new byte[0]);

    private static final int OBJECT_BYTES = 16;

    private final byte[] bytes;

    private Tail(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The tail after one more message, which is left as it is. */
    Tail after(ByteBuffer message) {
        int added = Math.min(message.remaining(), MAX_BYTES);
        int kept = Math.min(bytes.length, MAX_BYTES - added);
        byte[] next = new byte[kept + added];
        System.arraycopy(bytes, bytes.length - kept, next, 0, kept);
        message.get(message.limit() - added, next, kept, added);
        return new Tail(next);
    }

    /** What it takes of the heap, whoever has it. */
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
