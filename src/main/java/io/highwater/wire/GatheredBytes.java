package io.highwater.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes that come in pieces, joined; grows with what really came, not with what was promised.
 * Confined to its owner.
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

    /** Of so many, how many it has room for. */
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

    /** What came; the array is shared with this. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes, 0, size);
    }
}
