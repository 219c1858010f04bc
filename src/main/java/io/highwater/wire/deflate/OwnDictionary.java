package io.highwater.wire.deflate;

import io.highwater.limits.HeapBytes;
import java.nio.ByteBuffer;

/** A dictionary of one connection alone; grows as far as it must. Confined to its holder. */
final class OwnDictionary implements Dictionary {
    private static final int FIRST_BYTES = 256;

    /** The object, and the entry of its holder among those that the budget may take it from. */
    private static final int OBJECT_BYTES = 32 + HeapBytes.MAP_ENTRY;

    private byte[] bytes = SharedDictionary.EMPTY.bytes();
    private int length;
    private long usedNanos;

    /** When a message was sent with it last. */
    long usedNanos() {
        return usedNanos;
    }

    void usedAt(long nowNanos) {
        usedNanos = nowNanos;
    }

    /** Appends a message, which is left as it is, and forgets all but the last {@code maxBytes}. */
    void add(ByteBuffer message, int maxBytes) {
        int added = Math.min(message.remaining(), maxBytes);
        int kept = Math.min(length, maxBytes - added);
        if (kept + added > bytes.length) {
            int capacity =
                    Math.min(
                            maxBytes,
                            Math.max(kept + added, Math.max(FIRST_BYTES, 2 * bytes.length)));
            byte[] larger = new byte[capacity];
            System.arraycopy(bytes, length - kept, larger, 0, kept);
            bytes = larger;
        } else {
            System.arraycopy(bytes, length - kept, bytes, 0, kept);
        }
        message.get(message.limit() - added, bytes, kept, added);
        length = kept + added;
    }

    @Override
    public OwnDictionary append(ByteBuffer message, int maxBytes) {
        add(message, maxBytes);
        return this;
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public int end() {
        return length;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int ownBytes() {
        return bytes(bytes.length);
    }

    /** What a dictionary takes of the heap whose array is so long. */
    static int bytes(int length) {
        return OBJECT_BYTES + (int) HeapBytes.ofArray(length);
    }

    /** How long its array is: it may keep so much without growing. */
    int room() {
        return bytes.length;
    }
}
