package io.highwater.abuse;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.Deflater;

/** A client's WebSocket frames as bytes, masked with zeros. Stateless. */
final class Frames {
    static final int FIN = 0x80;

    /** Compressed (RFC 7692 section 6). */
    static final int RSV1 = 0x40;

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;

    private Frames() {}

    static byte[] text(String text) {
        return frame(FIN | TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] frame(int first, byte[] payload) {
        return frame(first, payload.length, payload);
    }

    /**
     * @param declaredBytes what the head says of the payload's length
     */
    static byte[] frame(int first, long declaredBytes, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) first);
        if (declaredBytes < 126) {
            frame.put((byte) (0x80 | declaredBytes));
        } else if (declaredBytes < 1 << 16) {
            frame.put((byte) (0x80 | 126)).putShort((short) declaredBytes);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(declaredBytes);
        }
        frame.putInt(0).put(payload);
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }

    /** A frame without the last byte of its payload, which nothing compresses. */
    static byte[] allButOneByte(int first, int payloadBytes) {
        byte[] payload = new byte[payloadBytes - 1];
        new Random(1).nextBytes(payload);
        return frame(first, payloadBytes, payload);
    }

    /** The same frame over and over. */
    static byte[] repeated(byte[] frame, int times) {
        byte[] all = new byte[frame.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(frame, 0, all, i * frame.length, frame.length);
        }
        return all;
    }

    /** So many zeros, compressed as a message without its last four bytes (RFC 7692 7.2.1). */
    static byte[] deflatedZeros(int plainBytes) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(new byte[plainBytes]);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] some = new byte[4096];
        int count = deflater.deflate(some, 0, some.length, Deflater.SYNC_FLUSH);
        while (count > 0) {
            out.write(some, 0, count);
            count = deflater.deflate(some, 0, some.length, Deflater.SYNC_FLUSH);
        }
        deflater.end();
        byte[] all = out.toByteArray();
        return java.util.Arrays.copyOf(all, all.length - 4);
    }
}
