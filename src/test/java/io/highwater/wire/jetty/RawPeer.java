package io.highwater.wire.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.highwater.testing.RawSockets;
import io.highwater.testing.RawStreams;
import io.highwater.testing.TestServer;
import io.highwater.wire.TransportKind;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A client that sends the bytes of WebSocket frames as it likes, over each kind of transport.
 * Confined to the test's thread.
 */
abstract class RawPeer implements AutoCloseable {
    /** One frame as the server sent it, unmasked. */
    record Frame(int firstByte, byte[] payload) {
        int closeCode() {
            return (firstByte & 0xF) == 8 && payload.length >= 2
                    ? ByteBuffer.wrap(payload).getShort() & 0xFFFF
                    : -1;
        }
    }

    static RawPeer open(TestServer server, TransportKind kind, String path, byte[] early)
            throws IOException {
        URI base =
                kind == TransportKind.HTTP1 || kind == TransportKind.H2C
                        ? server.http()
                        : server.https();
        return kind.isMultiplexed()
                ? new OnStream(RawStreams.connect(base), path)
                : new OnSocket(RawSockets.connect(base, "http/1.1"), base, path, early);
    }

    static RawPeer open(TestServer server, TransportKind kind, String path) throws IOException {
        return open(server, kind, path, new byte[0]);
    }

    /** A second WebSocket that shares as much as the transport lets it. */
    abstract RawPeer sibling(TestServer server, TransportKind kind, String path) throws IOException;

    abstract void send(byte[] bytes) throws IOException;

    abstract void endOutput() throws IOException;

    @Override
    public abstract void close() throws IOException;

    /** The next bytes; EOFException at the end of the server's half. */
    abstract byte[] receive() throws IOException;

    /** A frame with a mask of zeros, or its first bytes only. */
    static byte[] frame(int firstByte, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) firstByte);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length <= 0xFFFF) {
            frame.put((byte) 0xFE).putShort((short) payload.length);
        } else {
            frame.put((byte) 0xFF).putLong(payload.length);
        }
        frame.putInt(0).put(payload);
        return Arrays.copyOf(frame.array(), frame.position());
    }

    Frame next() throws IOException {
        int first = octet();
        int length = octet() & 0x7F;
        if (length == 126) {
            length = octet() << 8 | octet();
        } else if (length == 127) {
            long wide = 0;
            for (int i = 0; i < 8; i++) {
                wide = wide << 8 | octet();
            }
            length = (int) wide;
        }
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) octet();
        }
        return new Frame(first, payload);
    }

    boolean isEnded() throws IOException {
        try {
            octet();
            return false;
        } catch (EOFException e) {
            return true;
        }
    }

    private byte[] current = new byte[0];
    private int at;

    private int octet() throws IOException {
        while (at == current.length) {
            current = receive();
            at = 0;
        }
        return current[at++] & 0xFF;
    }

    private static final class OnSocket extends RawPeer {
        private final Socket socket;
        private final InputStream in;

        OnSocket(Socket socket, URI base, String path, byte[] early) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.writeBytes(
                    ("GET "
                                    + path
                                    + " HTTP/1.1\r\nHost: "
                                    + base.getAuthority()
                                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                    + "Sec-WebSocket-Version: 13\r\n\r\n")
                            .getBytes(ISO_8859_1));
            request.writeBytes(early);
            socket.getOutputStream().write(request.toByteArray());
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                int octet = in.read();
                if (octet < 0) {
                    throw new EOFException("no answer: " + head);
                }
                head.write(octet);
            }
            // RFC 6455 section 1.3 has this key and its answer.
            String answer = head.toString(ISO_8859_1);
            if (!answer.startsWith("HTTP/1.1 101 ")
                    || !answer.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) {
                throw new AssertionError(answer);
            }
        }

        @Override
        RawPeer sibling(TestServer server, TransportKind kind, String path) throws IOException {
            return open(server, kind, path);
        }

        @Override
        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        @Override
        void endOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        byte[] receive() throws IOException {
            byte[] buffer = new byte[16_384];
            int length = in.read(buffer);
            if (length < 0) {
                throw new EOFException();
            }
            return Arrays.copyOf(buffer, length);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static final class OnStream extends RawPeer {
        private static final int PIECE = 16_384;

        private final RawStreams connection;
        private final int stream;
        private boolean ended;

        OnStream(RawStreams connection, String path) throws IOException {
            this.connection = connection;
            this.stream = connection.open(path);
        }

        @Override
        RawPeer sibling(TestServer server, TransportKind kind, String path) throws IOException {
            return new OnStream(connection, path);
        }

        @Override
        void send(byte[] bytes) throws IOException {
            for (int from = 0; from < bytes.length; from += PIECE) {
                int to = Math.min(bytes.length, from + PIECE);
                connection.write(RawStreams.DATA, 0, stream, Arrays.copyOfRange(bytes, from, to));
            }
        }

        @Override
        void endOutput() throws IOException {
            connection.write(RawStreams.DATA, RawStreams.END_STREAM, stream, new byte[0]);
        }

        @Override
        byte[] receive() throws IOException {
            if (ended) {
                throw new EOFException();
            }
            RawStreams.Frame frame = connection.next(stream);
            ended = frame.isEndStream() || frame.type() == RawStreams.RST_STREAM;
            return frame.type() == RawStreams.DATA ? frame.payload() : new byte[0];
        }

        @Override
        public void close() throws IOException {
            connection.close();
        }
    }
}
