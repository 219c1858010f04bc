package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.ClientListener;
import io.highwater.bench.client.ClientSocket;
import io.highwater.bench.client.FrameCursor;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Opening;
import io.highwater.bench.client.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Brings a load client's sockets into the room or the channel of a contestant: on channels by hello
 * and subscribe, sent as soon as a socket is open. Stands before the load's own listener. Confined
 * to the client's thread.
 */
final class Members implements ClientListener {
    static final Opening ROOM = Opening.of("/v1/chat/bench");
    static final Opening CHANNELS = Opening.of("/v1/ws").speaking("highwater.v1");

    private static final byte[] HELLO =
            FanoutMessage.ascii("{\"type\":\"hello\",\"client\":\"bench\"}");
    private static final byte[] SUBSCRIBE =
            FanoutMessage.ascii(
                    "{\"type\":\"subscribe\",\"id\":2,\"channel\":\""
                            + ChannelMessage.CHANNEL
                            + "\"}");
    private static final byte[] SUBSCRIBED = FanoutMessage.ascii("{\"type\":\"subscribed\"");
    private static final byte[] ERROR = FanoutMessage.ascii("{\"type\":\"error\"");

    private final Contestant.Rooms rooms;
    private final ClientListener next;
    private final Opening opening;
    private @Nullable LoadClient client;
    private int joined;

    Members(Contestant.Rooms rooms, ClientListener next) {
        this(rooms, next, false);
    }

    Members(Contestant.Rooms rooms, ClientListener next, boolean deflate) {
        this.rooms = rooms;
        this.next = next;
        opening = (rooms == Contestant.Rooms.CHANNELS ? CHANNELS : ROOM).deflating(deflate);
    }

    /** Opens so many more sockets; all are members when it returns. */
    void join(LoadClient load, int members, Ticker ticker, Duration limit) throws IOException {
        client = load;
        int all = joined + members;
        long deadlineNanos = ticker.nanoTime() + limit.toNanos();
        load.open(members, opening, limit);
        if (!load.pollUntil(() -> joined >= all, deadlineNanos)) {
            throw new BenchException(joined + " sockets were subscribed within " + limit);
        }
    }

    @Override
    public void onOpen(ClientSocket socket) {
        if (rooms != Contestant.Rooms.CHANNELS) {
            joined++;
        } else {
            send(socket, HELLO);
            send(socket, SUBSCRIBE);
        }
        next.onOpen(socket);
    }

    private void send(ClientSocket socket, byte[] command) {
        if (client == null || !client.send(socket, FrameCursor.TEXT, command, command.length)) {
            throw new BenchException("socket " + socket.index() + " takes no commands");
        }
    }

    @Override
    public void onMessage(ClientSocket socket, ByteBuffer in, int at, int length, long nowNanos) {
        if (rooms == Contestant.Rooms.CHANNELS && begins(in, at, length, SUBSCRIBED)) {
            joined++;
        } else if (rooms != Contestant.Rooms.RELAYED && begins(in, at, length, ERROR)) {
            byte[] text = new byte[length];
            in.get(at, text);
            throw new BenchException(new String(text, StandardCharsets.UTF_8));
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
