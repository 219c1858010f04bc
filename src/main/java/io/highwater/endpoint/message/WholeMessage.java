package io.highwater.endpoint.message;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Joins the fragments of one message for a method that takes it whole. Grows as fragments arrive.
 * Confined to its session.
 */
final class WholeMessage {
    private final long maxBytes;
    private byte[] bytes;
    private int size;

    WholeMessage(long maxBytes, int firstBytes) {
        this.maxBytes = maxBytes;
        this.bytes = new byte[firstBytes];
    }

    void append(ByteBuffer payload) {
        int length = payload.remaining();
        long total = (long) size + length;
        if (total > maxBytes) {
            throw new MessageTooLargeException(total + " bytes are more than " + maxBytes);
        }
        if (total > bytes.length) {
            long doubled = Math.min(maxBytes, Math.max(total, 2L * size));
            bytes = Arrays.copyOf(bytes, (int) Math.min(doubled, Integer.MAX_VALUE - 8));
        }
        payload.get(bytes, size, length);
        size += length;
    }

    /** Bytes of heap it uses now. */
    int capacity() {
        return bytes.length;
    }

    ByteBuffer joined() {
        return ByteBuffer.wrap(bytes, 0, size);
    }
}
