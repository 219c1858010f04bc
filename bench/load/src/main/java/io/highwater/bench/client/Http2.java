package io.highwater.bench.client;

import java.nio.ByteBuffer;

/** The words of RFC 9113 section 6 and RFC 8441 that the load client uses. Stateless. */
final class Http2 {
    static final int FRAME_HEADER_BYTES = 9;

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;

    /** Of DATA and HEADERS. */
    static final int END_STREAM = 1;

    /** Of SETTINGS and PING. */
    static final int ACK = 1;

    static final int END_HEADERS = 4;
    static final int PADDED = 8;

    static final int SETTINGS_HEADER_TABLE_SIZE = 1;
    static final int SETTINGS_ENABLE_PUSH = 2;
    static final int SETTINGS_MAX_CONCURRENT_STREAMS = 3;
    static final int SETTINGS_INITIAL_WINDOW_SIZE = 4;
    static final int SETTINGS_ENABLE_CONNECT_PROTOCOL = 8;

    static final int CANCEL = 8;
    static final int DEFAULT_WINDOW = 65_535;

    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private Http2() {}

    static void frame(ByteBuffer out, int type, int flags, int stream, int length) {
        out.put((byte) (length >>> 16)).putShort((short) length);
        out.put((byte) type).put((byte) flags).putInt(stream);
    }

    /**
     * The connection preface: no push, no dynamic table, and for the connection as a whole all the
     * credit there is.
     */
    static void preface(ByteBuffer out) {
        out.put(PREFACE);
        frame(out, SETTINGS, 0, 0, 12);
        out.putShort((short) SETTINGS_HEADER_TABLE_SIZE).putInt(0);
        out.putShort((short) SETTINGS_ENABLE_PUSH).putInt(0);
        windowUpdate(out, 0, Integer.MAX_VALUE - DEFAULT_WINDOW);
    }

    static void windowUpdate(ByteBuffer out, int stream, int bytes) {
        frame(out, WINDOW_UPDATE, 0, stream, 4);
        out.putInt(bytes);
    }

    static void reset(ByteBuffer out, int stream) {
        frame(out, RST_STREAM, 0, stream, 4);
        out.putInt(CANCEL);
    }
}
