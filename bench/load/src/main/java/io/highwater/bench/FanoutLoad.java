package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.ClientListener;
import io.highwater.bench.client.ClientSocket;
import io.highwater.bench.client.FrameCursor;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One room or channel: the first member publishes numbered messages, and every member must get each
 * of them, once, in order. Sockets beyond the members are not counted. Confined to the client's
 * thread.
 */
final class FanoutLoad implements ClientListener {
    private static final long NANOS_A_SECOND = 1_000_000_000;
    private static final long LONGEST_WAIT_NANOS = 10_000_000;
    // Under the 100 messages at which Highwater by default takes a member for slow.
    private static final int MOST_IN_FLIGHT = 64;

    private final Ticker ticker;
    private final FanoutMessage message;
    private final FanoutMessage.Form form;
    private final long[] expected;
    private final long first;
    private @Nullable Histogram latencyMicros;
    private long published;
    private long delivered;
    private long wrong;
    private long late;
    private long lastNanos;

    FanoutLoad(Ticker ticker, FanoutMessage message, FanoutMessage.Form form, int members) {
        this(ticker, message, form, members, 0);
    }

    /**
     * @param first the number of the first message: a channel takes none for a second time
     */
    FanoutLoad(
            Ticker ticker,
            FanoutMessage message,
            FanoutMessage.Form form,
            int members,
            long first) {
        this.first = first;
        this.ticker = ticker;
        this.message = message;
        this.form = form;
        this.expected = new long[members];
    }

    @Override
    public void onMessage(ClientSocket socket, ByteBuffer in, int at, int length, long nowNanos) {
        long sequence = message.read(in, at, length);
        if (sequence == FanoutMessage.NONE || socket.index() >= expected.length) {
            return;
        }
        if (sequence < expected[socket.index()]) {
            // Changed on its way, or a second time.
            wrong++;
            return;
        }
        expected[socket.index()] = sequence + 1;
        delivered++;
        lastNanos = nowNanos;
        if (latencyMicros != null) {
            long micros = (nowNanos - message.sentAtNanos()) / 1_000;
            latencyMicros.recordValue(Math.min(micros, latencyMicros.getHighestTrackableValue()));
        }
    }

    /** Where latencies are recorded from now on, in microseconds. */
    void recordInto(@Nullable Histogram histogram) {
        latencyMicros = histogram;
    }

    long delivered() {
        return delivered;
    }

    /** When the latest delivery was read. */
    long lastNanos() {
        return lastNanos;
    }

    /** The number of the next message. */
    long next() {
        return first + published;
    }

    /** Messages published that at least one member does not have. */
    long inFlight() {
        return published - delivered / expected.length;
    }

    /** Deliveries that ought to have been. */
    long missing() {
        return published * expected.length - delivered;
    }

    long wrong() {
        return wrong;
    }

    /** Messages that went out after their time, since too many were in flight. */
    long late() {
        return late;
    }

    /** At a fixed offered rate; the latency counts from when a message ought to have gone out. */
    void publishAtRate(LoadClient client, int perSecond, long windowNanos) throws IOException {
        long startNanos = ticker.nanoTime();
        long count = windowNanos / NANOS_A_SECOND * perSecond;
        boolean held = false;
        for (long i = 0; i < count; ) {
            long nowNanos = ticker.nanoTime();
            long waitNanos = startNanos + i * NANOS_A_SECOND / perSecond - nowNanos;
            if (nowNanos - startNanos > windowNanos + windowNanos / 2) {
                return;
            }
            if (waitNanos > 0) {
                client.poll(Math.min(waitNanos, LONGEST_WAIT_NANOS));
            } else if (inFlight() >= MOST_IN_FLIGHT) {
                held = true;
                client.poll(LONGEST_WAIT_NANOS);
            } else {
                late += held ? 1 : 0;
                held = false;
                publish(client, nowNanos + waitNanos);
                i++;
            }
        }
        client.pollUntil(() -> false, startNanos + windowNanos);
    }

    /** As fast as the members take it: always so many messages in flight. */
    void publishAtSaturation(LoadClient client, int inFlight, long windowNanos) throws IOException {
        long endNanos = ticker.nanoTime() + windowNanos;
        for (long nowNanos = ticker.nanoTime();
                nowNanos - endNanos < 0;
                nowNanos = ticker.nanoTime()) {
            while (inFlight() < inFlight) {
                publish(client, nowNanos);
            }
            client.poll(LONGEST_WAIT_NANOS);
        }
    }

    void publish(LoadClient client, long atNanos) {
        byte[] payload = message.number(form, first + published, atNanos);
        if (!client.send(client.socket(0), FrameCursor.TEXT, payload, payload.length)) {
            throw new BenchException(
                    "the publisher's socket is "
                            + client.socket(0).state()
                            + " and takes no message");
        }
        published++;
    }
}
