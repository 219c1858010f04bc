package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.ClientListener;
import io.highwater.bench.client.ClientSocket;
import io.highwater.bench.client.FrameCursor;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Publishers of highwater.v1 that take many channels in turn, and count what is acknowledged.
 * Confined to the thread that polls the client.
 */
final class PublishingLoad implements ClientListener, AutoCloseable {
    private static final byte[] HELLO =
            FanoutMessage.ascii("{\"type\":\"hello\",\"client\":\"bench\"}");
    private static final byte[] WELCOME = FanoutMessage.ascii("{\"type\":\"welcome\"");
    private static final long NANOS_A_SECOND = 1_000_000_000;
    private static final long MOST_PARK_NANOS = 300_000;
    private static final long POLL_NANOS = 10_000_000;
    private static final long STUCK_LIMIT_NANOS = 60 * NANOS_A_SECOND;

    private final Ticker ticker;
    private final BackboneMessage message;
    private final int channels;
    private final byte[] level;

    /** Of the first message: no two of a run have the same msgId, or they would be repeats. */
    private final long first = System.currentTimeMillis() << 20;

    private @Nullable LoadClient opened;
    private int[] outstanding = {};
    private int mostEach;
    private long welcomes;
    private long published;
    private long acknowledged;
    private long wrong;

    private PublishingLoad(Ticker ticker, BackboneMessage message, int channels, String level) {
        this.ticker = ticker;
        this.message = message;
        this.channels = channels;
        this.level = FanoutMessage.ascii("\"level\":\"" + level + "\",\"duplicate\":false}");
    }

    /**
     * Connects the publishers.
     *
     * @param level that each acknowledgement has to name
     */
    static PublishingLoad open(
            int port,
            Ticker ticker,
            BackboneMessage message,
            int channels,
            int sockets,
            String level,
            Duration limit)
            throws IOException {
        PublishingLoad load = new PublishingLoad(ticker, message, channels, level);
        LoadClient client = new LoadClient(port, ticker, load);
        load.opened = client;
        load.outstanding = new int[sockets];
        client.open(sockets, Members.CHANNELS, limit);
        if (!client.pollUntil(
                () -> load.welcomes == sockets, ticker.nanoTime() + limit.toNanos())) {
            throw new BenchException("only " + load.welcomes + " publishers were welcomed");
        }
        return load;
    }

    @Override
    public void onOpen(ClientSocket socket) {
        BackboneMessage.send(client(), socket, HELLO);
    }

    @Override
    public void onMessage(ClientSocket socket, ByteBuffer in, int at, int length, long nowNanos) {
        if (BackboneMessage.isPublished(in, at, length)) {
            acknowledged++;
            outstanding[socket.index()]--;
            if (!BackboneMessage.begins(in, at + length - level.length, level.length, level)) {
                wrong++;
            }
            if (outstanding[socket.index()] < mostEach) {
                tryPublish(socket, nowNanos);
            }
        } else if (BackboneMessage.begins(in, at, length, WELCOME)) {
            welcomes++;
        } else {
            BackboneMessage.throwError(in, at, length);
        }
    }

    /** At a fixed offered rate; each message has in it the time when it ought to have gone out. */
    void publishAtRate(int perSecond, Duration window) throws IOException {
        mostEach = 0;
        long startNanos = ticker.nanoTime();
        long count = window.toNanos() / NANOS_A_SECOND * perSecond;
        for (long i = 0; i < count; ) {
            long dueNanos = startNanos + i * NANOS_A_SECOND / perSecond;
            long waitNanos = dueNanos - ticker.nanoTime();
            client().poll(0);
            if (waitNanos > 0) {
                // Not spinning: the servers share the cores.
                LockSupport.parkNanos(Math.min(waitNanos, MOST_PARK_NANOS));
            } else {
                publish(client().socket((int) (i % outstanding.length)), dueNanos);
                i++;
            }
        }
    }

    /** As fast as they are acknowledged: always so many of each publisher under way. */
    void publishAtSaturation(int each, Duration window) throws IOException {
        mostEach = each;
        long endNanos = ticker.nanoTime() + window.toNanos();
        while (ticker.nanoTime() - endNanos < 0) {
            for (int i = 0; i < outstanding.length; i++) {
                ClientSocket socket = client().socket(i);
                boolean taken = true;
                while (taken && outstanding[i] < each) {
                    taken = tryPublish(socket, ticker.nanoTime());
                }
            }
            client().poll(POLL_NANOS);
        }
        mostEach = 0;
    }

    /** One after the other to each channel. */
    void publishToAll(int times, Duration limit) throws IOException {
        for (int i = 0; i < times * channels; i++) {
            publish(client().socket(0), ticker.nanoTime());
            client().poll(0);
        }
        awaitAcknowledgements(limit);
    }

    void awaitAcknowledgements(Duration limit) throws IOException {
        if (!client().pollUntil(
                        () -> acknowledged == published, ticker.nanoTime() + limit.toNanos())) {
            throw new BenchException(
                    (published - acknowledged) + " of " + published + " were not acknowledged");
        }
    }

    private void publish(ClientSocket socket, long atNanos) throws IOException {
        long deadlineNanos = ticker.nanoTime() + STUCK_LIMIT_NANOS;
        while (!tryPublish(socket, atNanos)) {
            if (ticker.nanoTime() - deadlineNanos > 0) {
                throw new BenchException("socket " + socket.index() + " takes no messages");
            }
            client().poll(POLL_NANOS);
        }
    }

    /** False while an earlier message is stuck in the socket. */
    private boolean tryPublish(ClientSocket socket, long atNanos) {
        int channel = (int) (published % channels);
        byte[] command = message.number(channel, first + published, atNanos);
        if (!client().send(socket, FrameCursor.TEXT, command, command.length)) {
            if (socket.state() != ClientSocket.State.OPEN) {
                throw new BenchException(
                        "the publisher's socket " + socket.index() + " is " + socket.state());
            }
            return false;
        }
        outstanding[socket.index()]++;
        published++;
        return true;
    }

    long published() {
        return published;
    }

    long acknowledged() {
        return acknowledged;
    }

    /** Acknowledgements of another level, or of a repeat. */
    long wrong() {
        return wrong;
    }

    private LoadClient client() {
        return Objects.requireNonNull(opened);
    }

    @Override
    public void close() throws IOException {
        client().close();
    }
}
