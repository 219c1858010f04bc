package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.ClientListener;
import io.highwater.bench.client.ClientSocket;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber of each channel, on a thread of its own, so that publishers on another node do not
 * hold it up. What it counts may be read from any thread; {@link #recordInto} too.
 */
final class Subscribers implements ClientListener, AutoCloseable {
    private static final byte[] HELLO =
            FanoutMessage.ascii("{\"type\":\"hello\",\"client\":\"reader\"}");
    private static final byte[] SUBSCRIBED = FanoutMessage.ascii("{\"type\":\"subscribed\"");
    private static final long POLL_NANOS = 10_000_000;
    private static final long END_MILLIS = 10_000;

    private final BackboneMessage message;
    private final long[] last;
    private final Thread thread = new Thread(this::poll, "bench-subscribers");
    private @Nullable LoadClient client;
    private int subscribed;
    private volatile boolean ending;
    private volatile @Nullable Histogram latencyMicros;
    private volatile long delivered;
    private volatile long wrong;
    private volatile @Nullable Throwable failure;

    private Subscribers(BackboneMessage message, int channels) {
        this.message = message;
        last = new long[channels];
        thread.setDaemon(true);
    }

    /**
     * Subscribes to all channels, and goes on in the background.
     *
     * @param message of its own
     */
    static Subscribers open(
            int port, Ticker ticker, BackboneMessage message, int channels, Duration limit)
            throws IOException {
        Subscribers all = new Subscribers(message, channels);
        LoadClient opened = new LoadClient(port, ticker, all);
        all.client = opened;
        opened.open(channels, Members.CHANNELS, limit);
        if (!opened.pollUntil(
                () -> all.subscribed == channels, ticker.nanoTime() + limit.toNanos())) {
            throw new BenchException("only " + all.subscribed + " were subscribed");
        }
        all.thread.start();
        return all;
    }

    private LoadClient client() {
        return Objects.requireNonNull(client);
    }

    private void poll() {
        try {
            while (!ending) {
                client().poll(POLL_NANOS);
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    @Override
    public void onOpen(ClientSocket socket) {
        BackboneMessage.send(client(), socket, HELLO);
        BackboneMessage.send(
                client(),
                socket,
                FanoutMessage.ascii(
                        "{\"type\":\"subscribe\",\"id\":2,\"channel\":\""
                                + BackboneMessage.channel(socket.index())
                                + "\"}"));
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
    @Override
    public void onMessage(ClientSocket socket, ByteBuffer in, int at, int length, long nowNanos) {
        long sequence = message.read(in, at, length);
        if (sequence == BackboneMessage.NONE) {
            if (BackboneMessage.begins(in, at, length, SUBSCRIBED)) {
                subscribed++;
            }
            BackboneMessage.throwError(in, at, length);
            return;
        }
        if (sequence <= last[socket.index()]) {
            wrong++;
            return;
        }
        last[socket.index()] = sequence;
        Histogram histogram = latencyMicros;
        if (histogram != null) {
            long micros = (nowNanos - message.sentAtNanos(in, at, length)) / 1_000;
            histogram.recordValue(
                    Math.max(0, Math.min(micros, histogram.getHighestTrackableValue())));
        }
        delivered++;
    }

    /** Where latencies are recorded from now on; not read before {@link #close}. */
    void recordInto(Histogram histogram) {
        latencyMicros = histogram;
    }

    long delivered() {
        Throwable failed = failure;
        if (failed != null) {
            throw new BenchException("the subscribers failed", failed);
        }
        return delivered;
    }

    /** Messages that came twice or out of their order. */
    long wrong() {
        return wrong;
    }

    @Override
    public void close() throws IOException {
        ending = true;
        try {
            thread.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client().close();
    }
}
