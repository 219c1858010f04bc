package io.highwater.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client's end of a WebSocket, frame by frame (RFC 6455 section 5.2), over whatever carries
 * bytes. It answers Pings and Closes. Sending is confined to the test, receiving to the transport.
 */
public abstract class TestSocket implements AutoCloseable {
    /** What the server sent: a text message, or the end. */
    public record Received(String text, int closeCode) {
        public boolean isClose() {
            return closeCode != 0;
        }
    }

    /** The opening handshake was answered with something else than a WebSocket. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String challenge;

        /**
         * @param challenge the header WWW-Authenticate; null if there is none
         */
        Refused(int status, String challenge) {
            super("status " + status);
            this.status = status;
            this.challenge = challenge;
        }

        public String challenge() {
            return challenge;
        }

        public int status() {
            return status;
        }
    }

    /** Without a Close frame before the end. */
    public static final int NO_CLOSE = 1006;

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FIN = 0x80;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private ByteBuffer in = NOTHING;
    private boolean ended;

    abstract void send(byte[] bytes) throws IOException;

    @Override
    public abstract void close();

    public void text(String text) throws IOException {
        send(frame(FIN | TEXT, text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A text message in two fragments that part it after so many bytes. */
    public void textInTwo(String text, int firstBytes) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] first = java.util.Arrays.copyOf(utf8, firstBytes);
        byte[] rest = java.util.Arrays.copyOfRange(utf8, firstBytes, utf8.length);
        send(frame(TEXT, first));
        send(frame(FIN | CONTINUATION, rest));
    }

    public void binary(byte[] payload) throws IOException {
        send(frame(FIN | BINARY, payload));
    }

    public void close(int code) throws IOException {
        send(frame(FIN | CLOSE, new byte[] {(byte) (code >> 8), (byte) code}));
    }

    /** What comes next; null where nothing does in time. */
    public Received next(Duration timeout) throws InterruptedException {
        return received.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether nothing has come that was not taken. */
    public boolean isQuiet() {
        return received.isEmpty();
    }

    /** The transport has bytes. */
    final synchronized void onBytes(ByteBuffer bytes) throws IOException {
        ByteBuffer joined = ByteBuffer.allocate(in.remaining() + bytes.remaining());
        in = joined.put(in).put(bytes).flip();
        while (onFrame()) {}
    }

    final synchronized void onEnd() {
        end(NO_CLOSE);
    }

    private boolean onFrame() throws IOException {
        in.mark();
        if (in.remaining() < 2) {
            return false;
        }
        int first = in.get() & 0xFF;
        int shortLength = in.get() & 0x7F;
        int more = shortLength == 126 ? 2 : shortLength == 127 ? 8 : 0;
        if (in.remaining() < more) {
            in.reset();
            return false;
        }
        long length = more == 2 ? in.getShort() & 0xFFFF : more == 8 ? in.getLong() : shortLength;
        if (in.remaining() < length) {
            in.reset();
            return false;
        }
        byte[] payload = new byte[(int) length];
        in.get(payload);
        onFrame(first, payload);
        return true;
    }

    private void onFrame(int first, byte[] payload) throws IOException {
        switch (first & 0xF) {
            case CLOSE -> {
                end(payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xFFFF);
                send(frame(FIN | CLOSE, payload));
            }
            case PING -> send(frame(FIN | PONG, payload));
            case PONG -> {}
            default -> {
                message.writeBytes(payload);
                if ((first & FIN) != 0) {
                    received.add(new Received(message.toString(StandardCharsets.UTF_8), 0));
                    message.reset();
                }
            }
        }
    }

    private void end(int code) {
        if (!ended) {
            ended = true;
            received.add(new Received("", code));
        }
    }

    private static byte[] frame(int first, byte[] payload) {
        int length = payload.length;
        ByteBuffer frame = ByteBuffer.allocate(14 + length);
        frame.put((byte) first);
        if (length < 126) {
            frame.put((byte) (0x80 | length));
        } else if (length <= 0xFFFF) {
            frame.put((byte) (0x80 | 126)).putShort((short) length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(length);
        }
        // A mask of zeros changes nothing.
        frame.putInt(0).put(payload);
        return java.util.Arrays.copyOf(frame.array(), frame.position());
    }
}
