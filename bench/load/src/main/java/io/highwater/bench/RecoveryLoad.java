package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.ClientListener;
import io.highwater.bench.client.ClientSocket;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Clients that all come back at once, each after the same position of its channel. They are
 * connected first, so that handshakes are not measured. Confined to the thread that polls.
 */
final class RecoveryLoad implements ClientListener, AutoCloseable {
    private static final byte[] HELLO =
            FanoutMessage.ascii("{\"type\":\"hello\",\"client\":\"back\",\"attempt\":1}");
    private static final byte[] WELCOME = FanoutMessage.ascii("{\"type\":\"welcome\"");
    private static final byte[] SUBSCRIBED = FanoutMessage.ascii("{\"type\":\"subscribed\"");
    private static final Pattern POSITION = Pattern.compile("\"local\":\"([0-9-]+)\"");
    private static final int SENT_BETWEEN_POLLS = 64;

    private final Ticker ticker;
    private final BackboneMessage message;
    private final int channels;
    private final int missed;
    private final List<String> cursors = new ArrayList<>();
    private @Nullable LoadClient client;
    private int welcomes;
    private int recovered;
    private long delivered;
    private long wrong;
    private int[] received = {};

    /**
     * @param missed how many messages each client has missed
     */
    RecoveryLoad(Ticker ticker, BackboneMessage message, int channels, int missed) {
        this.ticker = ticker;
        this.message = message;
        this.channels = channels;
        this.missed = missed;
    }

    private LoadClient client() {
        return Objects.requireNonNull(client);
    }

    /** Connects the clients, the first of which look up where their channels are now. */
    void connect(int port, int clients, Duration limit) throws IOException {
        LoadClient opened = new LoadClient(port, ticker, this);
        client = opened;
        received = new int[clients];
        opened.open(clients, Members.CHANNELS, limit);
        await(() -> welcomes == clients, "welcomes: " + welcomes, limit);
    }

    /** Asks where each channel is now; the clients that follow resume from there. */
    void lookUpCursors(Duration limit) throws IOException {
        for (int i = 0; i < channels; i++) {
            int asked = i;
            subscribe(i, i, "");
            await(() -> cursors.size() > asked, "no cursor of channel " + i, limit);
            unsubscribe(i, i);
        }
    }

    /** Nanoseconds from the first question until every client has every message. */
    long recoverAll(Duration limit) throws IOException {
        recovered = 0;
        long begunNanos = ticker.nanoTime();
        for (int i = 0; i < received.length; i++) {
            int channel = i % channels;
            subscribe(i, channel, ",\"since\":{\"local\":\"" + cursors.get(channel) + "\"}");
            if (i % SENT_BETWEEN_POLLS == 0) {
                client().poll(0);
            }
        }
        long all = (long) received.length * missed;
        await(() -> delivered >= all, "missed messages", limit);
        long nanos = ticker.nanoTime() - begunNanos;
        for (int count : received) {
            wrong += Math.abs(count - missed);
        }
        wrong += Math.abs(recovered - received.length);
        return nanos;
    }

    private void await(java.util.function.BooleanSupplier done, String what, Duration limit)
            throws IOException {
        if (!client().pollUntil(done, ticker.nanoTime() + limit.toNanos())) {
            throw new BenchException(
                    "time ran out on "
                            + what
                            + ": "
                            + welcomes
                            + " welcomes, "
                            + recovered
                            + " recovered, "
                            + delivered
                            + " messages");
        }
    }

    private void subscribe(int socket, int channel, String since) {
        command(
                socket,
                "{\"type\":\"subscribe\",\"id\":2,\"channel\":\""
                        + BackboneMessage.channel(channel)
                        + "\""
                        + since
                        + "}");
    }

    private void unsubscribe(int socket, int channel) {
        command(
                socket,
                "{\"type\":\"unsubscribe\",\"id\":3,\"channel\":\""
                        + BackboneMessage.channel(channel)
                        + "\"}");
    }

    private void command(int socket, String json) {
        BackboneMessage.send(client(), client().socket(socket), FanoutMessage.ascii(json));
    }

    @Override
    public void onOpen(ClientSocket socket) {
        BackboneMessage.send(client(), socket, HELLO);
    }

    @Override
    public void onMessage(ClientSocket socket, ByteBuffer in, int at, int length, long nowNanos) {
        if (message.read(in, at, length) != BackboneMessage.NONE) {
            received[socket.index()]++;
            delivered++;
        } else if (BackboneMessage.begins(in, at, length, SUBSCRIBED)) {
            subscribed(BackboneMessage.text(in, at, length));
        } else if (BackboneMessage.begins(in, at, length, WELCOME)) {
            welcomes++;
        } else {
            BackboneMessage.throwError(in, at, length);
        }
    }

    private void subscribed(String reply) {
        if (cursors.size() < channels) {
            Matcher position = POSITION.matcher(reply);
            if (!position.find()) {
                throw new BenchException("no cursor: " + reply);
            }
            cursors.add(position.group(1));
        } else if (reply.contains("\"recovered\":true")) {
            recovered++;
        } else {
            throw new BenchException("not recovered: " + reply);
        }
    }

    /** Messages that a client had too many or too few of. */
    long wrong() {
        return wrong;
    }

    @Override
    public void close() throws IOException {
        client().close();
    }
}
