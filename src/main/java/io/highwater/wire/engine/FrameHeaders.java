package io.highwater.wire.engine;

import java.nio.ByteBuffer;

/**
 * What a client's frame says about its own length, for code that passes over frames without parsing
 * them: {@link FrameParser} sees them later and judges them. Stateless.
 */
final class FrameHeaders {
    /** There are not enough bytes to tell. */
    static final int INCOMPLETE = 0;

    /** This is no frame that a client may send. */
    static final int INVALID = -1;

    private static final int FIN = 0x80;

    /** FIN and the reserved bits. */
    private static final int CONTROL_BITS = 0xF0;

    private static final int MASK_BYTES = 4;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private FrameHeaders() {}

    /** The length of the header at {@code at}, or one of the two constants. */
    static int bytes(ByteBuffer frames, int at, int end) {
        if (end - at < 2) {
            return INCOMPLETE;
        }
        int second = frames.get(at + 1);
        int length7 = second & 0x7F;
        boolean control = (frames.get(at) & 0x8) != 0;
        boolean masked = second < 0;
        int first = frames.get(at);
        if (!masked || (control && (length7 >= LENGTH_16 || (first & CONTROL_BITS) != FIN))) {
            return INVALID;
        }
        int header = 2 + (length7 < LENGTH_16 ? 0 : length7 == LENGTH_16 ? 2 : 8) + MASK_BYTES;
        if (end - at < header) {
            return INCOMPLETE;
        }
        long payload = payloadBytes(frames, at);
        return payload < 0 || payload > Integer.MAX_VALUE ? INVALID : header;
    }

    /** The payload length of a frame whose header is complete. */
    static long payloadBytes(ByteBuffer frames, int at) {
        int length7 = frames.get(at + 1) & 0x7F;
        return switch (length7) {
            case LENGTH_16 -> frames.getShort(at + 2) & 0xFFFF;
            case LENGTH_64 -> frames.getLong(at + 2);
            default -> length7;
        };
    }

    /** The payload of a complete control frame: a copy, unmasked. */
    static ByteBuffer payload(ByteBuffer frames, int at, int header) {
        byte[] payload = new byte[(int) payloadBytes(frames, at)];
        int mask = at + header - MASK_BYTES;
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (frames.get(at + header + i) ^ frames.get(mask + (i & 3)));
        }
        return ByteBuffer.wrap(payload);
    }
}
