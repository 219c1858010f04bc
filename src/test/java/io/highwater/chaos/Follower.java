package io.highwater.chaos;

import io.highwater.chaos.Event.Gap;
import io.highwater.chaos.Event.Received;
import io.highwater.chaos.Event.Skipped;
import io.highwater.chaos.Event.Subscribed;
import io.highwater.protocol.Position;
import io.highwater.testing.TestSocket;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Follows its channel, and resumes after its last message (docs/protocol.md rules 3 and 13). */
final class Follower extends ChaosClient {
    private static final int HOP_AFTER = 1_000;
    private static final String LIMIT = "1000000";

    private final Reception reception = new Reception();
    private final CountDownLatch follows = new CountDownLatch(1);

    /** The messages that the application was given; for any thread. */
    private final Set<Message> given = ConcurrentHashMap.newKeySet();

    /** What it is to wait for. */
    private volatile @Nullable Set<Message> expected;

    private @Nullable Position since;
    private int hopsIn;

    Follower(List<URI> nodes, String name, String channel, History history, long seed) {
        super(nodes, name, channel, history, seed);
    }

    /** Waits until it follows the channel. */
    void awaitFollows() throws InterruptedException {
        follows.await();
    }

    /** It is over once it has all of these. */
    void expect(Set<Message> messages) {
        expected = Set.copyOf(messages);
    }

    @Override
    void onOpen(TestSocket socket) throws IOException {
        hopsIn = 1 + random().nextInt(HOP_AFTER);
        since = reception.cursor();
        socket.text(
                "{\"type\":\"subscribe\",\"id\":1,\"limit\":"
                        + LIMIT
                        + ",\"channel\":\""
                        + channel()
                        + "\""
                        + (since == null
                                ? ""
                                : ",\"since\":{\""
                                        + since.origin()
                                        + "\":\""
                                        + since.text()
                                        + "\"}")
                        + "}");
    }

    @Override
    void onReply(TestSocket socket, JsonObject reply) throws IOException {
        long now = history().now();
        switch (reply.getString("type")) {
            case "subscribed" -> onSubscribed(now, reply);
            case "message" -> onMessage(now, reply);
            // Not now: it tries again on a new connection.
            case "error" -> throw new IOException(reply.toString());
            case "skipped" -> onSkipped(now, reply);
            case "welcome", "drain" -> {}
            default -> throw new AssertionError("unexpected: " + reply);
        }
    }

    private void onSubscribed(long now, JsonObject reply) {
        JsonObject cursor = reply.getJsonObject("cursor");
        String origin = cursor.keySet().iterator().next();
        Subscribed answer =
                new Subscribed(
                        now,
                        name(),
                        channel(),
                        since,
                        reply.getBoolean("recovered") ? null : reply.getString("reason"),
                        Position.parse(origin, cursor.getString(origin)));
        history().add(answer);
        reception.onSubscribed(answer);
        follows.countDown();
    }

    private void onSkipped(long now, JsonObject reply) {
        Position to = Position.parse(reply.getString("origin"), reply.getString("to"));
        Skipped skipped = new Skipped(now, name(), channel(), to, reply.toString());
        history().add(skipped);
        reception.onSkipped(skipped);
    }

    private void onMessage(long now, JsonObject reply) throws IOException {
        String origin = reply.getString("origin");
        String previous = reply.getString("previous", null);
        Received received =
                new Received(
                        now,
                        name(),
                        Message.of(channel(), reply.getString("msgId")),
                        Position.parse(origin, reply.getString("position")),
                        previous == null ? null : Position.parse(origin, previous),
                        reply.getBoolean("late", false));
        history().add(received);
        Position cursor = reception.cursor();
        switch (reception.onReceived(received)) {
            case GIVEN -> given.add(received.message());
            case OLD, REPEATED -> {}
            case GAP -> {
                history().add(new Gap(now, name(), channel(), cursor, received.position()));
                throw new IOException("something is missing");
            }
        }
        if (--hopsIn <= 0) {
            throw new IOException("enough of this node");
        }
    }

    @Override
    void onTick(TestSocket socket) {}

    @Override
    void onEnd() {}

    @Override
    boolean isOver() {
        Set<Message> wanted = expected;
        return wanted != null && given.size() >= wanted.size() && given.containsAll(wanted);
    }

    @Override
    public String toString() {
        Set<Message> wanted = expected;
        return name() + " has " + given.size() + " of " + (wanted == null ? "?" : wanted.size());
    }
}
