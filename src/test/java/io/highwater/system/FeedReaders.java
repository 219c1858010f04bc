package io.highwater.system;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Many subscribers of one channel that read as slowly as they are asked to. Each checks that every
 * message comes once and in order, or is told as skipped. Confined to one thread.
 */
final class FeedReaders implements AutoCloseable {
    private static final int RECEIVE_BUFFER_BYTES = 16 << 10;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
    private final List<Reader> readers = new ArrayList<>();
    private final String channel;

    FeedReaders(String channel) {
        this.channel = channel;
    }

    /** Adds a subscriber. */
    void add(int port) throws IOException {
        SocketChannel socket = SocketChannel.open();
        socket.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        Socket blocking = socket.socket();
        blocking.getOutputStream()
                .write(Upgrade.request(port, "/v1/ws", "Sec-WebSocket-Protocol: highwater.v1\r\n"));
        Upgrade.readAnswer(blocking.getInputStream());
        String client = "reader-" + readers.size();
        blocking.getOutputStream()
                .write(text("{\"type\":\"hello\",\"id\":1,\"client\":\"" + client + "\"}"));
        blocking.getOutputStream()
                .write(text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}"));
        Reader reader = new Reader(socket);
        while (!reader.subscribed) {
            reader.read(buffer, buffer.capacity());
        }
        socket.configureBlocking(false);
        readers.add(reader);
    }

    private static byte[] text(String message) {
        return Peer.masked(Peer.TEXT, message.getBytes(StandardCharsets.US_ASCII));
    }

    int size() {
        return readers.size();
    }

    /** Has one of them read what is there, and at most so many bytes. */
    void read(int index, int bytes) throws IOException {
        readers.get(index).read(buffer, bytes);
    }

    /**
     * How far the slowest is: the sequence of the last message that it had, or that was skipped.
     */
    long slowest() {
        return readers.stream().mapToLong(reader -> reader.reached).min().orElseThrow();
    }

    /** Messages that all of them had together. */
    long received() {
        return readers.stream().mapToLong(reader -> reader.received).sum();
    }

    /** Messages that were skipped for all of them together. */
    long skipped() {
        return readers.stream().mapToLong(reader -> reader.skipped).sum();
    }

    @Override
    public void close() throws IOException {
        for (Reader reader : readers) {
            reader.socket.close();
        }
    }

    /** One subscriber's place in its stream of frames. */
    private static final class Reader {
        private static final int HEAD = 200;

        private final SocketChannel socket;

        /** The head of a frame, and as much of its payload as tells its position. */
        private final ByteBuffer head = ByteBuffer.allocate(4 + HEAD);

        private int toSkip;
        private boolean subscribed;
        private long reached;
        private long received;
        private long skipped;

        Reader(SocketChannel socket) {
            this.socket = socket;
        }

        void read(ByteBuffer buffer, int bytes) throws IOException {
            buffer.clear().limit(Math.min(bytes, buffer.capacity()));
            int read = socket.read(buffer);
            if (read < 0) {
                throw new EOFException("a reader's socket ended after " + reached);
            }
            consume(buffer.flip());
        }

        private void consume(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                if (toSkip > 0) {
                    int passed = Math.min(toSkip, bytes.remaining());
                    bytes.position(bytes.position() + passed);
                    toSkip -= passed;
                    continue;
                }
                head.put(bytes.get());
                int payload = payloadLength();
                if (payload >= 0 && head.position() == headLength() + Math.min(payload, HEAD)) {
                    onFrame(payload);
                    toSkip = payload - Math.min(payload, HEAD);
                    head.clear();
                }
            }
        }

        private int headLength() {
            return (head.get(1) & 0x7F) == 126 ? 4 : 2;
        }

        /** -1 while it has not come yet. */
        private int payloadLength() {
            if (head.position() < 2 || head.position() < headLength()) {
                return -1;
            }
            int length = head.get(1) & 0x7F;
            return length == 126 ? head.getShort(2) & 0xFFFF : length;
        }

        private void onFrame(int payload) {
            String text =
                    new String(
                            head.array(),
                            headLength(),
                            Math.min(payload, HEAD),
                            StandardCharsets.ISO_8859_1);
            if ((head.get(0) & 0xFF) != (0x80 | Peer.TEXT)) {
                throw new AssertionError(
                        "opcode " + (head.get(0) & 0xF) + " after " + reached + ": " + text);
            }
            if (text.startsWith("{\"type\":\"message\"")) {
                expect(sequence(text, "position"), reached + 1, text);
                reached++;
                received++;
            } else if (text.startsWith("{\"type\":\"skipped\"")) {
                expect(sequence(text, "from"), reached + 1, text);
                long to = sequence(text, "to");
                skipped += to - reached;
                reached = to;
            } else if (text.startsWith("{\"type\":\"subscribed\"")) {
                subscribed = true;
            } else if (!text.startsWith("{\"type\":\"welcome\"")) {
                throw new AssertionError("after " + reached + ": " + text);
            }
        }

        private static void expect(long got, long expected, String text) {
            if (got != expected) {
                throw new AssertionError("expected " + expected + ": " + text);
            }
        }

        private static long sequence(String text, String field) {
            int from = text.indexOf("\"" + field + "\":\"");
            int end = text.indexOf('"', from + field.length() + 4);
            return Long.parseLong(text.substring(text.lastIndexOf('-', end) + 1, end));
        }
    }
}
