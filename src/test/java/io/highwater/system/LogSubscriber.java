package io.highwater.system;

import io.highwater.protocol.Position;
import io.highwater.testing.TestSocket;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Follows one channel and resumes it after its last message (docs/protocol.md rules 3 and 13). */
final class LogSubscriber extends LogClient {
    private final String channel;
    private final CountDownLatch follows = new CountDownLatch(1);
    private final AtomicInteger count = new AtomicInteger();
    private volatile int expected = Integer.MAX_VALUE;

    /** Null until it is told its first place. */
    private Position cursor;

    /** In the order in which they came. */
    final List<String> received = new ArrayList<>();

    /** Anything that a client should never see. */
    final List<String> wrong = new ArrayList<>();

    int resumed;

    LogSubscriber(URI server, String name, String channel) {
        super(server, name);
        this.channel = channel;
    }

    /** How many messages it has; for any thread. */
    int count() {
        return count.get();
    }

    /** Waits until it follows the channel. */
    void awaitFollows() throws InterruptedException {
        follows.await();
    }

    /** It is over once it has so many messages. */
    void expect(int messages) {
        expected = messages;
    }

    @Override
    void onOpen(TestSocket socket) throws IOException {
        String since = cursor == null ? "" : ",\"since\":{\"local\":\"" + cursor.text() + "\"}";
        socket.text(
                "{\"type\":\"subscribe\",\"id\":1,\"limit\":1000000,\"channel\":\""
                        + channel
                        + "\""
                        + since
                        + "}");
    }

    @Override
    void onReply(TestSocket socket, JsonObject reply) throws IOException {
        switch (reply.getString("type")) {
            case "subscribed" -> onSubscribed(reply);
            case "message" -> onMessage(reply);
            case "error" -> {
                // Not now: tries again on a new connection.
                throw new IOException(reply.toString());
            }
            case "welcome" -> {}
            default -> wrong.add(reply.toString());
        }
    }

    private void onSubscribed(JsonObject reply) {
        if (cursor == null) {
            cursor = position(reply.getJsonObject("cursor").getString("local"));
            follows.countDown();
        } else if (reply.getBoolean("recovered")) {
            resumed++;
        } else {
            wrong.add(reply.toString());
        }
    }

    private void onMessage(JsonObject message) {
        Position position = position(message.getString("position"));
        boolean follows =
                (position.generation() == cursor.generation()
                                && position.channelSequence() == cursor.channelSequence() + 1)
                        || message.getString("previous", "").equals(cursor.text());
        // A channel that had nothing has no previous position.
        boolean first = cursor.channelSequence() == 0 && position.channelSequence() == 1;
        if (!follows && !first) {
            wrong.add("after " + cursor.text() + ": " + message);
        }
        cursor = position;
        received.add(message.getString("msgId"));
        count.incrementAndGet();
    }

    private static Position position(String text) {
        return Position.parse("local", text);
    }

    @Override
    boolean isOver() {
        return received.size() >= expected;
    }

    @Override
    public String toString() {
        return received.size() + " of " + expected;
    }
}
