package io.highwater.bench.client;

import java.nio.ByteBuffer;

/** Puts whole frames, masked or not, into a buffer: RFC 6455 section 5.2. Stateless. */
public final class FrameWriter {
    /** The most bytes a header takes: two, a 16-bit length and a mask. */
    public static final int MAX_HEADER_BYTES = 8;

    public static final int MAX_PAYLOAD_BYTES = 0xFFFF;

    /** Beside the opcode of a compressed message: RFC 7692 section 6. */
    static final int COMPRESSED = 0x40;

    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int LENGTH_16 = 126;

    private FrameWriter() {}

    /** As a server sends it. */
    public static void put(ByteBuffer out, int opcode, ByteBuffer payload, int at, int length) {
        putHeader(out, opcode, length, 0);
        out.put(out.position(), payload, at, length);
        out.position(out.position() + length);
    }

    /** As a client sends it, under {@code mask}. */
    public static void putMasked(ByteBuffer out, int opcode, byte[] payload, int length, int mask) {
        putHeader(out, opcode, length, MASKED);
        out.putInt(mask);
        for (int i = 0; i < length; i++) {
            out.put((byte) (payload[i] ^ (mask >>> (24 - 8 * (i & 3)))));
        }
    }

    private static void putHeader(ByteBuffer out, int opcode, int length, int maskedBit) {
        if (length > MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException("payload of " + length + " bytes");
        }
        out.put((byte) (FIN | opcode));
        if (length < LENGTH_16) {
            out.put((byte) (maskedBit | length));
        } else {
            out.put((byte) (maskedBit | LENGTH_16)).putShort((short) length);
        }
    }
}
