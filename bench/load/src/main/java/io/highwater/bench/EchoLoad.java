package io.highwater.bench;

import io.highwater.bench.client.ClientListener;
import io.highwater.bench.client.ClientSocket;
import io.highwater.bench.client.FrameCursor;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Ping-pong on every socket of a load client: a numbered text goes out and must come back as it
 * was. The next follows at once while {@link #keepGoing} holds, or when its time has come. Confined
 * to the client's thread.
 */
final class EchoLoad implements ClientListener {
    static final int MIN_BYTES = 24;

    private static final long NANOS_A_SECOND = 1_000_000_000;
    private static final long LONGEST_WAIT_NANOS = 10_000_000;
    private static final byte[] HEX_DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final byte[] payload;
    private final long[] sequence;
    private final long[] sentAtNanos;

    /** At a fixed rate: how many of a connection's messages wait for its echo. */
    private final int[] owed;

    private final long[] nextAtNanos;
    private long stepNanos;
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
        owed = new int[connections];
        nextAtNanos = new long[connections];
    }

    /** One message on each of the first {@code connections} sockets. */
    void start(LoadClient load, int connections, long nowNanos) {
        client = load;
        for (int i = 0; i < connections; i++) {
            send(load, load.socket(i), nowNanos);
        }
    }

    /**
     * At a fixed offered rate, spread over all connections. The latency counts from when a message
     * ought to have gone out: where an echo is late, those behind it are late too, and count so.
     */
    void sendAtRate(LoadClient load, Ticker ticker, int perSecond, long windowNanos)
            throws IOException {
        client = load;
        long startNanos = ticker.nanoTime();
        stepNanos = NANOS_A_SECOND * sequence.length / perSecond;
        for (int i = 0; i < sequence.length; i++) {
            nextAtNanos[i] = startNanos + NANOS_A_SECOND * i / perSecond;
        }
        long count = windowNanos / NANOS_A_SECOND * perSecond;
        for (long i = 0; i < count; ) {
            long nowNanos = ticker.nanoTime();
            long waitNanos = startNanos + i * NANOS_A_SECOND / perSecond - nowNanos;
            if (waitNanos > 0) {
                load.poll(Math.min(waitNanos, LONGEST_WAIT_NANOS));
            } else {
                due((int) (i % sequence.length), load);
                i++;
            }
        }
        load.pollUntil(() -> false, startNanos + windowNanos);
    }

    private void due(int index, LoadClient load) {
        if (owed[index]++ == 0) {
            sendOwed(load, load.socket(index));
        }
    }

    private void sendOwed(LoadClient load, ClientSocket socket) {
        long intendedNanos = nextAtNanos[socket.index()];
        nextAtNanos[socket.index()] += stepNanos;
        send(load, socket, intendedNanos);
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
            long micros = (nowNanos - sentAtNanos[socket.index()]) / 1_000;
            latencyMicros.recordValue(Math.min(micros, latencyMicros.getHighestTrackableValue()));
        }
        if (keepGoing && client != null) {
            send(client, socket, nowNanos);
        } else if (owed[socket.index()] > 0 && client != null && --owed[socket.index()] > 0) {
            sendOwed(client, socket);
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
