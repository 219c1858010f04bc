package io.highwater.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Joins bytes that come in pieces. It grows with what has really come, not with the length that was
 * announced. Confined to its owner.
 */
public final class GatheredBytes {
    private static final int FIRST_BYTES = 1024;

    private final int limit;
    private byte[] bytes;
    private int size;

    /**
     * @param limit bytes that it takes at most
     */
    public GatheredBytes(int limit) {
        this.limit = limit;
        this.bytes = new byte[Math.min(limit, FIRST_BYTES)];
    }

    /** Bytes of heap that it takes now. */
    public int capacity() {
        return bytes.length;
    }

    /** How many of the wanted bytes it has room for. */
    public int room(int wanted) {
        return Math.min(wanted, limit - size);
    }

    /** Whether it takes no more. */
    public boolean isFull() {
        return size == limit;
    }

    /**
     * @param piece consumed
     */
    public void append(ByteBuffer piece) {
        int length = piece.remaining();
        if (size + length > bytes.length) {
            long grown = Math.min(limit, Math.max(size + length, 2L * size));
            bytes = Arrays.copyOf(bytes, (int) grown);
        }
        piece.get(bytes, size, length);
        size += length;
    }

    /** The bytes that came; the array is shared with this object. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes, 0, size);
    }
}
