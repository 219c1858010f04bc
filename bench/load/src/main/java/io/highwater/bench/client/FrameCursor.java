package io.highwater.bench.client;

import java.nio.ByteBuffer;

/**
 * Walks over the frames in a buffer, masked or not, without an allocation: RFC 6455 section 5.2.
 *
 * <p>Confined to one thread. The fields describe the frame of the last {@link #next} that returned
 * true, by absolute index into the same buffer.
 */
public final class FrameCursor {
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    private final int maxPayloadBytes;
    private int opcode;
    private boolean fin;
    private boolean compressed;
    private int payloadAt;
    private int payloadLength;

    public FrameCursor(int maxPayloadBytes) {
        this.maxPayloadBytes = maxPayloadBytes;
    }

    public int opcode() {
        return opcode;
    }

    /** Whether the frame is a whole message: all that this benchmark sends and expects. */
    public boolean fin() {
        return fin;
    }

    /** RSV1: RFC 7692 section 6. */
    public boolean compressed() {
        return compressed;
    }

    public int payloadAt() {
        return payloadAt;
    }

    public int payloadLength() {
        return payloadLength;
    }

    /**
     * Reads the frame at the buffer's position, unmasks it in place and moves past it; false, with
     * the position kept, when it is not whole yet.
     */
    public boolean next(ByteBuffer in) {
        int at = in.position();
        int available = in.remaining();
        if (available < 2) {
            return false;
        }
        int first = in.get(at);
        int second = in.get(at + 1);
        int headerBytes = 2;
        long length = second & 0x7F;
        if (length == 126) {
            headerBytes = 4;
        } else if (length == 127) {
            headerBytes = 10;
        }
        boolean masked = (second & 0x80) != 0;
        if (available < headerBytes + (masked ? 4 : 0)) {
            return false;
        }
        if (headerBytes == 4) {
            length = in.getShort(at + 2) & 0xFFFF;
        } else if (headerBytes == 10) {
            length = in.getLong(at + 2);
        }
        if (length < 0 || length > maxPayloadBytes) {
            throw new BenchException(
                    "a frame of " + length + " bytes: more than a benchmark sends");
        }
        int mask = masked ? in.getInt(at + headerBytes) : 0;
        int start = at + headerBytes + (masked ? 4 : 0);
        if (in.limit() - start < length) {
            return false;
        }
        opcode = first & 0x0F;
        fin = (first & 0x80) != 0;
        compressed = (first & 0x40) != 0;
        payloadAt = start;
        payloadLength = (int) length;
        if (mask != 0) {
            unmask(in, start, payloadLength, mask);
        }
        in.position(start + payloadLength);
        return true;
    }

    private static void unmask(ByteBuffer in, int start, int length, int mask) {
        int at = start;
        int end = start + length;
        for (; at + 4 <= end; at += 4) {
            in.putInt(at, in.getInt(at) ^ mask);
        }
        for (int shift = 24; at < end; at++, shift -= 8) {
            in.put(at, (byte) (in.get(at) ^ (mask >>> shift)));
        }
    }
}
