package io.highwater.server;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** HTTP/2 frames by hand (RFC 9113 section 4.1), for what a client library would hide. */
final class RawHttp2 {
    static final int HEADERS = 1;
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    private RawHttp2() {}

    record Frame(int type, int flags, int stream, byte[] payload) {
        /** Whether these HEADERS of ours begin with :status 200 and need no table. */
        boolean isOk() {
            // RFC 7541: 0x20 sets the table's size to 0 (section 6.3), 0x88 is :status 200.
            return payload[0] == 0x20 && payload[1] == (byte) 0x88;
        }

        /** The payload's first four bytes as a number without its reserved bit. */
        int number() {
            return ByteBuffer.wrap(payload).getInt() & 0x7FFF_FFFF;
        }

        Map<Integer, Integer> settings() {
            Map<Integer, Integer> settings = new HashMap<>();
            ByteBuffer from = ByteBuffer.wrap(payload);
            while (from.hasRemaining()) {
                settings.put((int) from.getShort(), from.getInt());
            }
            return settings;
        }
    }

    /** The client preface, empty SETTINGS, and GET / on stream 1, in one piece. */
    static byte[] prefaceAndGet(String scheme, String authority) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(frame(SETTINGS, 0, 0, new byte[0]));
        byte[] host = authority.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        // RFC 7541 appendix A: 2 is :method GET, 4 is :path /, 6 and 7 are :scheme; then a literal
        // :authority (1) that isn't indexed.
        block.writeBytes(new byte[] {(byte) 0x82, (byte) 0x84});
        block.write(scheme.equals("https") ? 0x87 : 0x86);
        block.write(0x01);
        block.write(host.length);
        block.writeBytes(host);
        out.writeBytes(frame(HEADERS, END_HEADERS | END_STREAM, 1, block.toByteArray()));
        return out.toByteArray();
    }

    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** The next frame; EOFException at the end. */
    static Frame read(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        int head = data.readInt();
        int flags = data.readUnsignedByte();
        int stream = data.readInt() & 0x7FFF_FFFF;
        byte[] payload = new byte[head >>> 8];
        data.readFully(payload);
        return new Frame(head & 0xFF, flags, stream, payload);
    }

    /** The next frame of a type, skipping others. */
    static Frame readUntil(InputStream in, int type) throws IOException {
        while (true) {
            Frame frame = read(in);
            if (frame.type() == type && (frame.flags() & ACK) == 0 || frame.type() == HEADERS) {
                return frame;
            }
        }
    }
}
