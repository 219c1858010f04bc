package io.highwater.abuse;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** HTTP/2 frames (RFC 9113) and header blocks (RFC 7541) as bytes. Stateless. */
final class Http2 {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;

    private static final int INITIAL_WINDOW_SIZE = 4;

    private Http2() {}

    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** A frame's first nine bytes. */
    static byte[] head(int type, int flags, int stream, int payloadBytes) {
        return ByteBuffer.allocate(9)
                .putInt(payloadBytes << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .array();
    }

    /** The client's preface, and SETTINGS with the window that streams begin with. */
    static byte[] preface(int streamWindowBytes) {
        return join(
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII),
                initialWindow(streamWindowBytes));
    }

    static byte[] initialWindow(int bytes) {
        byte[] setting =
                ByteBuffer.allocate(6).putShort((short) INITIAL_WINDOW_SIZE).putInt(bytes).array();
        return frame(SETTINGS, 0, 0, setting);
    }

    static byte[] widen(int stream, int bytes) {
        return frame(WINDOW_UPDATE, 0, stream, number(bytes));
    }

    static byte[] reset(int stream) {
        // CANCEL
        return frame(RST_STREAM, 0, stream, number(8));
    }

    static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    /** The header block of a request. */
    static byte[] request(String method, int port, String path, String... more) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        field(block, ":method", method);
        field(block, ":scheme", "http");
        field(block, ":path", path);
        field(block, ":authority", "127.0.0.1:" + port);
        for (int i = 0; i < more.length; i += 2) {
            field(block, more[i], more[i + 1]);
        }
        return block.toByteArray();
    }

    /** The header block that asks for a WebSocket (RFC 8441). */
    static byte[] connect(int port, String path, String... more) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        field(block, ":method", "CONNECT");
        field(block, ":protocol", "websocket");
        field(block, ":scheme", "http");
        field(block, ":path", path);
        field(block, ":authority", "127.0.0.1:" + port);
        field(block, "sec-websocket-version", "13");
        for (int i = 0; i < more.length; i += 2) {
            field(block, more[i], more[i + 1]);
        }
        return block.toByteArray();
    }

    /** A literal that enters no table. */
    static void field(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        string(block, name);
        string(block, value);
    }

    /** A literal that enters the table (RFC 7541 section 6.2.1). */
    static void indexedField(ByteArrayOutputStream block, String name, String value) {
        block.write(0x40);
        string(block, name);
        string(block, value);
    }

    private static void string(ByteArrayOutputStream block, String text) {
        int length = text.length();
        if (length < 127) {
            block.write(length);
        } else {
            block.write(127);
            int rest = length - 127;
            while (rest >= 128) {
                block.write(rest % 128 + 128);
                rest /= 128;
            }
            block.write(rest);
        }
        block.writeBytes(text.getBytes(US_ASCII));
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
