package io.highwater.cli.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Ping-pong on every socket of a load client: a numbered text goes out, must come back as it was,
 * and the next follows at once while {@link #keepGoing} holds. Confined to the client's thread.
 */
final class EchoLoad implements ClientListener {
    static final int MIN_BYTES = 24;

    private static final byte[] HEX_DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final byte[] payload;
    private final long[] sequence;
    private final long[] sentAtNanos;
    private @Nullable LoadClient client;
    private @Nullable Histogram latencyMicros;
    private boolean keepGoing;
    private int inFlight;
    private long echoed;
    private long wrong;

    EchoLoad(int connections, int bytes) {
        payload = "x".repeat(bytes).getBytes(StandardCharsets.US_ASCII);
        sequence = new long[connections];
        sentAtNanos = new long[connections];
    }

    /** One message on each of the first {@code connections} sockets. */
    void start(LoadClient load, int connections, long nowNanos) {
        client = load;
        for (int i = 0; i < connections; i++) {
            send(load, load.socket(i), nowNanos);
        }
    }

    void keepGoing(boolean on) {
        keepGoing = on;
    }

    /** Where round trips are recorded from now on, in microseconds. */
    void recordInto(@Nullable Histogram histogram) {
        latencyMicros = histogram;
    }

    long echoed() {
        return echoed;
    }

    /** Echoes that were not what was sent. */
    long wrong() {
        return wrong;
    }

    /** Messages sent of which no echo came yet. */
    int inFlight() {
        return inFlight;
    }

    @Override
    public void onMessage(ClientSocket socket, ByteBuffer in, int at, int length, long nowNanos) {
        inFlight--;
        number(socket.index());
        if (length == payload.length && same(in, at)) {
            echoed++;
        } else {
            wrong++;
        }
        sequence[socket.index()]++;
        if (latencyMicros != null) {
            latencyMicros.recordValue((nowNanos - sentAtNanos[socket.index()]) / 1_000);
        }
        if (keepGoing && client != null) {
            send(client, socket, nowNanos);
        }
    }

    private void send(LoadClient load, ClientSocket socket, long nowNanos) {
        number(socket.index());
        sentAtNanos[socket.index()] = nowNanos;
        if (load.send(socket, FrameCursor.TEXT, payload, payload.length)) {
            inFlight++;
        }
    }

    /** Makes the payload that of the socket's current message. */
    private void number(int index) {
        putHex(payload, 0, 8, index);
        putHex(payload, 8, 16, sequence[index]);
    }

    private boolean same(ByteBuffer in, int at) {
        for (int i = 0; i < payload.length; i++) {
            if (in.get(at + i) != payload[i]) {
                return false;
            }
        }
        return true;
    }

    static void putHex(byte[] into, int at, int digits, long value) {
        for (int i = 0; i < digits; i++) {
            into[at + i] = HEX_DIGITS[(int) (value >>> (4 * (digits - 1 - i))) & 0xF];
        }
    }
}
