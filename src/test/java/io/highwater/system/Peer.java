package io.highwater.system;

import io.highwater.wire.CloseStatus;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The client's end of one WebSocket, by hand: it reads a frame when it is asked to and at no other
 * time, and answers nothing by itself but in {@link #readMessage}. One thread reads, one writes.
 */
public final class Peer implements AutoCloseable {
    private static final int GUARD_MILLIS = 30_000;

    static final int TEXT = 1;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** What carries the frames: a TCP connection or a stream of an HTTP/2 connection. */
    interface Carrier {
        InputStream in();

        OutputStream out();

        /** Ends it without a closing handshake. */
        void abort() throws IOException;
    }

    public record Frame(int opcode, byte[] payload) {
        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        CloseStatus status() {
            int code = ByteBuffer.wrap(payload).getShort() & 0xFFFF;
            return new CloseStatus(
                    code, new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8));
        }
    }

    private final Carrier carrier;
    private final DataInputStream in;

    Peer(Carrier carrier) {
        this.carrier = carrier;
        this.in = new DataInputStream(new BufferedInputStream(carrier.in()));
    }

    /** Over HTTP/1.1. */
    public static Peer connect(int port, String path) throws IOException {
        return connect(port, path, "", new Socket());
    }

    /** Over HTTP/1.1, with one subprotocol offered. */
    public static Peer connect(int port, String path, String subprotocol) throws IOException {
        String offer = "Sec-WebSocket-Protocol: " + subprotocol + "\r\n";
        return connect(port, path, offer, new Socket());
    }

    /** The same with a receive buffer that a few messages fill. */
    static Peer connectWithSmallBuffer(int port, String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(16 << 10);
        return connect(port, path, "", socket);
    }

    private static Peer connect(int port, String path, String headers, Socket socket)
            throws IOException {
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(GUARD_MILLIS);
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), GUARD_MILLIS);
            socket.getOutputStream().write(Upgrade.request(port, path, headers));
            Upgrade.readAnswer(socket.getInputStream());
            return new Peer(new SocketCarrier(socket));
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    void send(int opcode, byte[] payload) throws IOException {
        carrier.out().write(masked(opcode, payload));
        carrier.out().flush();
    }

    public void sendText(String text) throws IOException {
        send(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    void sendClose(int code) throws IOException {
        send(CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
    }

    /** One final frame, masked with zeros. */
    static byte[] masked(int opcode, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(payload.length + 14);
        frame.write(0x80 | opcode);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length < 65_536) {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(0x80 | 127);
            frame.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        frame.writeBytes(new byte[4]);
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    /** The next frame; EOFException where the stream ended, another IOException after a reset. */
    Frame read() throws IOException {
        int first = in.readUnsignedByte();
        long length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] payload = new byte[Math.toIntExact(length)];
        in.readFully(payload);
        return new Frame(first & 0xF, payload);
    }

    /** The next message or Close; Pings on the way are answered. */
    public Frame readMessage() throws IOException {
        while (true) {
            Frame frame = read();
            if (frame.opcode() == PING) {
                send(PONG, frame.payload());
            } else if (frame.opcode() != PONG) {
                return frame;
            }
        }
    }

    /** Skips messages until the Close. */
    CloseStatus readUntilClose() throws IOException {
        Frame frame = readMessage();
        while (frame.opcode() != CLOSE) {
            frame = readMessage();
        }
        return frame.status();
    }

    /** Reads to the end, which is to be no reset. */
    void readEnd() throws IOException {
        try {
            Frame frame = read();
            throw new AssertionError("no end but a frame of opcode " + frame.opcode());
        } catch (EOFException e) {
            // As it should be.
        }
    }

    /** Closes as a well-behaved client does and waits for the answer and the end. */
    public void closeNormally() throws IOException {
        sendClose(CloseStatus.NORMAL);
        readUntilClose();
        carrier.abort();
    }

    @Override
    public void close() throws IOException {
        carrier.abort();
    }

    private record SocketCarrier(Socket socket) implements Carrier {
        @Override
        public InputStream in() {
            return open(socket::getInputStream);
        }

        @Override
        public OutputStream out() {
            return open(socket::getOutputStream);
        }

        @Override
        public void abort() throws IOException {
            socket.close();
        }

        private interface Opening<T> {
            T open() throws IOException;
        }

        private static <T> T open(Opening<T> opening) {
            try {
                return opening.open();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
