package io.highwater.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * An HTTP/2 connection (RFC 9113) with WebSockets on its streams (RFC 8441), every frame written by
 * hand: it ends streams in ways that no client library allows. Confined to the test's thread.
 */
public final class RawStreams implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;

    /** The setting of a stream's first window (RFC 9113 section 6.5.2). */
    private static final int INITIAL_WINDOW_SIZE = 4;

    public static final int END_STREAM = 1;
    private static final int ACK = 1;
    public static final int END_HEADERS = 4;

    private final Socket socket;
    private final DataInputStream in;
    private final String scheme;
    private final String authority;
    private final Map<Integer, Queue<Frame>> waiting = new HashMap<>();
    private int lastStream = -1;
    private int settingsSent = 1;
    private int settingsAcks;

    /** A frame of one stream. */
    public record Frame(int type, int flags, byte[] payload) {
        public boolean isEndStream() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }
    }

    private RawStreams(Socket socket, String scheme, String authority) throws IOException {
        this.socket = socket;
        this.scheme = scheme;
        this.in = new DataInputStream(socket.getInputStream());
        this.authority = authority;
    }

    /** Connects: in the clear with prior knowledge, or with TLS and ALPN, by the scheme. */
    public static RawStreams connect(URI server) throws IOException {
        Socket socket = RawSockets.connect(server, "h2");
        RawStreams streams =
                new RawStreams(
                        socket, server.getScheme(), server.getHost() + ":" + server.getPort());
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
        streams.write(SETTINGS, 0, 0, new byte[0]);
        return streams;
    }

    /** Opens a WebSocket; returns its stream once the answer is 200. */
    public int open(String path) throws IOException {
        return opened(request(path, "13"));
    }

    /** The same, offering a subprotocol. */
    public int open(String path, String subprotocol) throws IOException {
        return opened(request(path, "13", "sec-websocket-protocol", subprotocol));
    }

    private int opened(int stream) throws IOException {
        Frame answer = next(stream);
        // RFC 7541: 0x20 sets the table's size to 0, 0x88 is ":status: 200".
        byte[] fields = answer.payload();
        int at = fields[0] == 0x20 ? 1 : 0;
        if (answer.type() != HEADERS || fields[at] != (byte) 0x88) {
            throw new AssertionError("no 200 on stream " + stream + ": " + answer);
        }
        if (new String(fields, US_ASCII).contains("content-length")) {
            throw new AssertionError("RFC 9110 9.3.6: a 200 to CONNECT has no content-length");
        }
        return stream;
    }

    /**
     * Asks for a WebSocket; returns its stream, the answer still to be read.
     *
     * @param more names and values of other headers
     */
    public int request(String path, String version, String... more) throws IOException {
        return request(0, path, version, more);
    }

    /** The same with flags on its HEADERS. */
    public int request(int flags, String path, String version, String... more) throws IOException {
        int stream = lastStream += 2;
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        field(block, ":method", "CONNECT");
        field(block, ":protocol", "websocket");
        field(block, ":scheme", scheme);
        field(block, ":path", path);
        field(block, ":authority", authority);
        field(block, "sec-websocket-version", version);
        for (int i = 0; i < more.length; i += 2) {
            field(block, more[i], more[i + 1]);
        }
        write(HEADERS, END_HEADERS | flags, stream, block.toByteArray());
        return stream;
    }

    /** Asks for a page; returns the stream of the answer, which is still to be read. */
    public int get(String path) throws IOException {
        return request("GET", path, END_STREAM);
    }

    /** Sends the head of a request whose body is to follow; returns its stream. */
    public int post(String path) throws IOException {
        return request("POST", path, 0);
    }

    /** The same with a field that enters the connection's table (RFC 7541 section 6.2.1). */
    public int getIndexed(String path, String name, String value) throws IOException {
        int stream = lastStream += 2;
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        field(block, ":method", "GET");
        field(block, ":scheme", scheme);
        field(block, ":path", path);
        field(block, ":authority", authority);
        ByteArrayOutputStream indexed = new ByteArrayOutputStream();
        field(indexed, name, value);
        byte[] literal = indexed.toByteArray();
        literal[0] = 0x40;
        block.writeBytes(literal);
        write(HEADERS, END_HEADERS | END_STREAM, stream, block.toByteArray());
        return stream;
    }

    private int request(String method, String path, int flags) throws IOException {
        int stream = lastStream += 2;
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        field(block, ":method", method);
        field(block, ":scheme", scheme);
        field(block, ":path", path);
        field(block, ":authority", authority);
        write(HEADERS, END_HEADERS | flags, stream, block.toByteArray());
        return stream;
    }

    private static void field(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        block.write(name.length());
        block.writeBytes(name.getBytes(US_ASCII));
        block.write(value.length());
        block.writeBytes(value.getBytes(US_ASCII));
    }

    /** Sends one masked WebSocket frame in one DATA frame. */
    public void send(int stream, int flags, int firstByte, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(6 + payload.length);
        frame.put((byte) firstByte).put((byte) (0x80 | payload.length)).putInt(0);
        frame.put(payload);
        write(DATA, flags, stream, frame.array());
    }

    public void sendText(int stream, String text) throws IOException {
        send(stream, 0, 0x81, text.getBytes(UTF_8));
    }

    public void sendClose(int stream, int flags, int code) throws IOException {
        send(stream, flags, 0x88, ByteBuffer.allocate(2).putShort((short) code).array());
    }

    public void write(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream).put(payload);
        socket.getOutputStream().write(frame.array());
    }

    /** Widens a stream's window, or with 0 the connection's. */
    public void widen(int stream, int bytes) throws IOException {
        write(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
    }

    /** The same, by a byte, so many times in one write. */
    public void widenOften(int stream, int times) throws IOException {
        ByteBuffer frames = ByteBuffer.allocate(13 * times);
        for (int i = 0; i < times; i++) {
            frames.putInt(4 << 8 | WINDOW_UPDATE).put((byte) 0).putInt(stream).putInt(1);
        }
        socket.getOutputStream().write(frames.array());
    }

    /**
     * Sets the window that streams begin with, of those that are open too, and waits for the ACK.
     */
    public void initialWindow(int bytes) throws IOException {
        setting(INITIAL_WINDOW_SIZE, bytes);
    }

    /** Sends any setting and waits for the ACK. */
    public void setting(int id, int value) throws IOException {
        settings(id, value);
    }

    /** Sends settings in one frame and waits for the ACK: id, value, id, value. */
    public void settings(int... idsAndValues) throws IOException {
        ByteBuffer settings = ByteBuffer.allocate(3 * idsAndValues.length);
        for (int i = 0; i < idsAndValues.length; i += 2) {
            settings.putShort((short) idsAndValues[i]).putInt(idsAndValues[i + 1]);
        }
        // The answer to the SETTINGS of connect() may be on its way still.
        int expected = ++settingsSent;
        write(SETTINGS, 0, 0, settings.array());
        while (settingsAcks < expected) {
            read();
        }
    }

    /** Bytes that have come and were not read; over TLS less than that. */
    public int available() throws IOException {
        return in.available();
    }

    /** Frames of this stream that were read and not asked for. */
    public int waiting(int stream) {
        return waiting.getOrDefault(stream, new ArrayDeque<>()).size();
    }

    /** Keeps nothing of streams that have ended. */
    public void forget() {
        waiting.clear();
    }

    /** The next frame of this stream; GOAWAY fails. */
    public Frame next(int stream) throws IOException {
        Queue<Frame> queued = waiting.computeIfAbsent(stream, s -> new ArrayDeque<>());
        while (queued.isEmpty()) {
            read();
        }
        return queued.remove();
    }

    /** Reads until a frame of this type came on this stream. */
    public Frame next(int stream, int type) throws IOException {
        Frame frame = next(stream);
        while (frame.type() != type) {
            frame = next(stream);
        }
        return frame;
    }

    /** The payload of the next WebSocket frame, which must stand in DATA frames of its own. */
    public String nextMessage(int stream) throws IOException {
        byte[] frame = next(stream, DATA).payload();
        return new String(frame, 2, frame.length - 2, UTF_8);
    }

    /** Reads one frame of whatever stream; false for a frame of the connection itself. */
    public boolean read() throws IOException {
        int head = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt() & 0x7FFF_FFFF;
        byte[] payload = new byte[head >>> 8];
        in.readFully(payload);
        int type = head & 0xFF;
        if (type == GOAWAY) {
            throw new AssertionError(
                    "GOAWAY: " + new String(payload, 8, payload.length - 8, US_ASCII));
        }
        if (type == SETTINGS) {
            if ((flags & ACK) == 0) {
                write(SETTINGS, ACK, 0, new byte[0]);
            } else {
                settingsAcks++;
            }
        }
        if (stream != 0) {
            waiting.computeIfAbsent(stream, s -> new ArrayDeque<>())
                    .add(new Frame(type, flags, payload));
        }
        return stream != 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
