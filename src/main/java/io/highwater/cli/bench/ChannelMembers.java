package io.highwater.cli.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Brings a load client's sockets into the channel {@value ChannelMessage#CHANNEL}: hello,
 * subscribe, and its answer. Stands before the load's own listener. Confined to the client's
 * thread.
 */
final class ChannelMembers implements ClientListener {
    static final String PATH = "/v1/ws";
    static final String SUBPROTOCOL = "highwater.v1";

    private static final byte[] HELLO =
            FanoutMessage.ascii("{\"type\":\"hello\",\"client\":\"bench\"}");
    private static final byte[] SUBSCRIBE =
            FanoutMessage.ascii(
                    "{\"type\":\"subscribe\",\"id\":2,\"channel\":\""
                            + ChannelMessage.CHANNEL
                            + "\"}");
    private static final byte[] SUBSCRIBED = FanoutMessage.ascii("{\"type\":\"subscribed\"");
    private static final byte[] ERROR = FanoutMessage.ascii("{\"type\":\"error\"");

    private static final int JOINING_AT_ONCE = 256;

    private final ClientListener next;
    private int joined;

    ChannelMembers(ClientListener next) {
        this.next = next;
    }

    /** Opens so many sockets of a client that has none; all are subscribed when it returns. */
    void join(LoadClient client, int members, long nowNanos, Duration limit) throws IOException {
        client.open(members, PATH, SUBPROTOCOL, limit);
        joined = 0;
        for (int i = 0; i < members; i++) {
            int most = i + 1 - JOINING_AT_ONCE;
            await(client, most, nowNanos, limit);
            send(client, i, HELLO);
            send(client, i, SUBSCRIBE);
        }
        await(client, members, nowNanos, limit);
    }

    private void await(LoadClient client, int count, long nowNanos, Duration limit)
            throws IOException {
        if (!client.pollUntil(() -> joined >= count, nowNanos + limit.toNanos())) {
            throw new BenchException(joined + " sockets were subscribed within " + limit);
        }
    }

    private static void send(LoadClient client, int socket, byte[] command) {
        if (!client.send(client.socket(socket), FrameCursor.TEXT, command, command.length)) {
            throw new BenchException("socket " + socket + " takes no commands");
        }
    }

    @Override
    public void onMessage(ClientSocket socket, ByteBuffer in, int at, int length, long nowNanos) {
        if (begins(in, at, length, SUBSCRIBED)) {
            joined++;
        } else if (begins(in, at, length, ERROR)) {
            byte[] text = new byte[length];
            in.get(at, text);
            throw new BenchException(new String(text, java.nio.charset.StandardCharsets.UTF_8));
        } else {
            next.onMessage(socket, in, at, length, nowNanos);
        }
    }

    private static boolean begins(ByteBuffer in, int at, int length, byte[] prefix) {
        if (length < prefix.length) {
            return false;
        }
        // From the end: what differs between messages is the type.
        for (int i = prefix.length - 1; i >= 0; i--) {
            if (in.get(at + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
