package io.highwater.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A WebSocket client that sends and reads single frames, over an HTTP/1.1 Upgrade or an Extended
 * CONNECT on h2c. It reads from the network only while it is asked for a frame, so that not reading
 * holds the server up. Confined to the test's thread.
 */
public final class FrameClient implements AutoCloseable {
    public static final int CONTINUATION = 0;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    private static final int TIMEOUT_MILLIS = 15_000;

    /** How the client gets its bytes across. */
    public enum Protocol {
        HTTP1,
        H2C
    }

    /** One frame as the server sent it. */
    public record Frame(int opcode, boolean fin, boolean rsv1, byte[] payload) {
        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        public int closeCode() {
            return payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        }

        public String closeReason() {
            return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        }
    }

    /** What carries the bytes. */
    interface Pipe {
        InputStream in();

        OutputStream out();

        /** The end without a Close frame: a TCP reset or RST_STREAM. */
        void reset() throws IOException;

        void close() throws IOException;
    }

    private final Pipe pipe;
    private final DataInputStream in;
    private final int status;
    private final Map<String, List<String>> headers;

    FrameClient(Pipe pipe, int status, Map<String, List<String>> headers) {
        this.pipe = pipe;
        this.in = new DataInputStream(pipe.in());
        this.status = status;
        this.headers = headers;
    }

    /**
     * @param pathAndQuery as it goes on the wire
     * @param headers name, value, name, value
     */
    public static FrameClient open(
            Protocol protocol, TestServer server, String pathAndQuery, String... headers) {
        return open(protocol, server.http(), pathAndQuery, headers);
    }

    public static FrameClient open(
            Protocol protocol, URI server, String pathAndQuery, String... headers) {
        try {
            return protocol == Protocol.HTTP1
                    ? upgrade(server, pathAndQuery, headers)
                    : H2cPipe.connect(server, pathAndQuery, headers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FrameClient upgrade(URI server, String pathAndQuery, String... headers)
            throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(64 * 1024);
        socket.connect(new java.net.InetSocketAddress(server.getHost(), server.getPort()));
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        StringBuilder request = new StringBuilder();
        request.append("GET ").append(pathAndQuery).append(" HTTP/1.1\r\n");
        request.append("Host: ").append(server.getAuthority()).append("\r\n");
        request.append(
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
        request.append("Sec-WebSocket-Key: ")
                .append(Base64.getEncoder().encodeToString(new byte[16]))
                .append("\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        request.append("\r\n");
        socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.US_ASCII));
        InputStream in = new java.io.BufferedInputStream(socket.getInputStream(), 1 << 14);
        String statusLine = line(in);
        Map<String, List<String>> fields = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            fields.computeIfAbsent(
                            line.substring(0, colon).toLowerCase(Locale.ROOT),
                            name -> new java.util.ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return new FrameClient(
                new SocketPipe(socket, in), Integer.parseInt(statusLine.split(" ")[1]), fields);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the server hung up in the headers: " + line);
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    private record SocketPipe(Socket socket, InputStream in) implements Pipe {
        @Override
        public OutputStream out() {
            try {
                return socket.getOutputStream();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** 101 or 200 where the server let the client in. */
    public int status() {
        return status;
    }

    public boolean isOpen() {
        return status == 101 || status == 200;
    }

    /** A response header; null where it is absent. */
    public String header(String name) {
        List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
        return values == null ? null : values.get(0);
    }

    public FrameClient text(String text) {
        return frame(TEXT, true, text.getBytes(StandardCharsets.UTF_8));
    }

    public FrameClient binary(byte[] payload) {
        return frame(BINARY, true, payload);
    }

    public FrameClient ping(String payload) {
        return frame(PING, true, payload.getBytes(StandardCharsets.UTF_8));
    }

    public FrameClient pong(String payload) {
        return frame(PONG, true, payload.getBytes(StandardCharsets.UTF_8));
    }

    public FrameClient sendClose(int code, String reason) {
        byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
        return frame(
                CLOSE,
                true,
                ByteBuffer.allocate(2 + utf8.length).putShort((short) code).put(utf8).array());
    }

    /** Sends one frame, masked. */
    public FrameClient frame(int opcode, boolean fin, byte[] payload) {
        try {
            pipe.out().write(encode(opcode, fin, payload));
            pipe.out().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private static byte[] encode(int opcode, boolean fin, byte[] payload) {
        int length = payload.length;
        ByteBuffer to = ByteBuffer.allocate(14 + length);
        to.put((byte) (opcode | (fin ? 0x80 : 0)));
        if (length < 126) {
            to.put((byte) (0x80 | length));
        } else if (length < 1 << 16) {
            to.put((byte) (0x80 | 126)).putShort((short) length);
        } else {
            to.put((byte) (0x80 | 127)).putLong(length);
        }
        byte[] mask = {1, 2, 3, 4};
        to.put(mask);
        for (int i = 0; i < length; i++) {
            to.put((byte) (payload[i] ^ mask[i & 3]));
        }
        byte[] frame = new byte[to.position()];
        to.flip().get(frame);
        return frame;
    }

    /** The next frame but the server's own keepalive Pings. */
    public Frame next() {
        while (true) {
            Frame frame = read();
            if (frame.opcode() != PING || frame.payload().length != 8) {
                return frame;
            }
        }
    }

    /** The server's next Ping, its own ones too; what else came before it is skipped. */
    public Frame nextPing() {
        for (Frame frame = read(); ; frame = read()) {
            if (frame.opcode() == PING) {
                return frame;
            }
        }
    }

    /** The next frame, whatever it is. */
    public Frame nextWithPings() {
        return read();
    }

    private Frame read() {
        try {
            int first = in.readUnsignedByte();
            long length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = in.readLong();
            }
            byte[] payload = new byte[Math.toIntExact(length)];
            in.readFully(payload);
            return new Frame(first & 0x0F, (first & 0x80) != 0, (first & 0x40) != 0, payload);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next message, its fragments joined; Pongs in between are skipped. */
    public Frame nextMessage() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        int opcode = CONTINUATION;
        boolean rsv1 = false;
        while (true) {
            Frame frame = next();
            if (frame.opcode() == PONG) {
                continue;
            }
            if (frame.opcode() == CLOSE) {
                throw new AssertionError(
                        "closed instead of a message: "
                                + frame.closeCode()
                                + " "
                                + (frame.payload().length < 2 ? "" : frame.closeReason()));
            }
            if (opcode == CONTINUATION) {
                opcode = frame.opcode();
                rsv1 = frame.rsv1();
            } else if (frame.opcode() != CONTINUATION) {
                throw new AssertionError("a message within a message");
            }
            whole.writeBytes(frame.payload());
            if (frame.fin()) {
                return new Frame(opcode, true, rsv1, whole.toByteArray());
            }
        }
    }

    public String nextText() {
        Frame message = nextMessage();
        if (message.opcode() != TEXT) {
            throw new AssertionError("not a text message: opcode " + message.opcode());
        }
        return message.text();
    }

    public byte[] nextBinary() {
        Frame message = nextMessage();
        if (message.opcode() != BINARY) {
            throw new AssertionError("not a binary message: " + message.text());
        }
        return message.payload();
    }

    /** The server's Close frame; what else came before it is skipped. */
    public Frame nextClose() {
        for (Frame frame = next(); ; frame = next()) {
            if (frame.opcode() == CLOSE) {
                return frame;
            }
        }
    }

    /** True when the server's half ends, without another frame but Closes. */
    public boolean isEnded() {
        try {
            while (true) {
                Frame frame = read();
                if (frame.opcode() != CLOSE) {
                    return false;
                }
            }
        } catch (UncheckedIOException e) {
            return !(e.getCause() instanceof java.net.SocketTimeoutException);
        }
    }

    /** Gone without a word. */
    public void vanish() {
        try {
            pipe.reset();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            pipe.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
