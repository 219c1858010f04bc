package io.highwater.wire;

import java.nio.ByteBuffer;

/** Writes a server's frames: RFC 6455 section 5.2, no mask. Stateless. */
final class FrameEncoder {
    static final int FIN = 0x80;

    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private FrameEncoder() {}

    /** Header and payload as one array; {@code payload} is consumed. */
    static byte[] encode(int firstByte, ByteBuffer payload) {
        int length = payload.remaining();
        byte[] frame = new byte[headerBytes(length) + length];
        ByteBuffer out = ByteBuffer.wrap(frame);
        out.put((byte) firstByte);
        if (length < LENGTH_16) {
            out.put((byte) length);
        } else if (length <= 0xFFFF) {
            out.put((byte) LENGTH_16).putShort((short) length);
        } else {
            out.put((byte) LENGTH_64).putLong(length);
        }
        out.put(payload);
        return frame;
    }

    /** The header length of the frame that begins at {@code offset}. */
    static int headerBytes(byte[] frame, int offset) {
        int length7 = frame[offset + 1] & 0x7F;
        return length7 < LENGTH_16 ? 2 : length7 == LENGTH_16 ? 4 : 10;
    }

    private static int headerBytes(int length) {
        return length < LENGTH_16 ? 2 : length <= 0xFFFF ? 4 : 10;
    }
}
