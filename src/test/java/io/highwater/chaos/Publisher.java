package io.highwater.chaos;

import io.highwater.chaos.Event.Acknowledged;
import io.highwater.chaos.Event.Broken;
import io.highwater.chaos.Event.Refused;
import io.highwater.chaos.Event.Sent;
import io.highwater.chaos.Event.Unanswered;
import io.highwater.protocol.Position;
import io.highwater.testing.TestSocket;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Publishes message after message to its channel, a few at once, and sends whatever was not
 * acknowledged again, in its order (docs/protocol.md rules 6 and 8).
 */
final class Publisher extends ChaosClient {
    private static final int AT_ONCE = 8;

    /** An answer may take as long as a node is paused, and a busy machine takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int HOP_AFTER = 300;

    /** For how long a node is told of a position. */
    private static final Duration TOLD = Duration.ofMinutes(1);

    private final long paceNanos;
    private final String text;
    private final Set<Message> acknowledged = ConcurrentHashMap.newKeySet();

    /** Not acknowledged, in their order. */
    private final Deque<Message> pending = new ArrayDeque<>();

    /** Of this connection, by id. */
    private final Map<Integer, Sent> unanswered = new LinkedHashMap<>();

    /** The last acknowledgement; null before the first. */
    private @Nullable Acknowledged last;

    /** This connection has acknowledged something. */
    private boolean settled;

    private long made;
    private int id;
    private long nextNanos;

    /** An error came: everything is sent again then. */
    private boolean held;

    private long heldUntilNanos;
    private int hopsIn;

    /**
     * @param load at which pace it publishes what
     */
    Publisher(List<URI> nodes, String name, String channel, History history, long seed, Load load) {
        super(nodes, name, channel, history, seed);
        paceNanos = load.pace().toNanos();
        text = "x".repeat(load.bytes());
        nextNanos = history.now();
    }

    /** What was acknowledged so far; for any thread. */
    Set<Message> acknowledged() {
        return acknowledged;
    }

    @Override
    void onOpen(TestSocket socket) throws IOException {
        hopsIn = 1 + random().nextInt(HOP_AFTER);
        settled = false;
        sendAgain(socket);
    }

    private void sendAgain(TestSocket socket) throws IOException {
        held = false;
        for (Message message : List.copyOf(pending)) {
            send(socket, message);
        }
    }

    private void send(TestSocket socket, Message message) throws IOException {
        int own = ++id;
        long attempt = history().nextAttempt();
        Sent sent = new Sent(history().now(), name(), attempt, message);
        history().add(sent);
        unanswered.put(own, sent);
        socket.text(
                "{\"type\":\"publish\",\"id\":"
                        + own
                        + ",\"channel\":\""
                        + channel()
                        + "\",\"msgId\":\""
                        + message.msgId()
                        + "\""
                        + after()
                        + ",\"data\":{\"number\":"
                        + message.number()
                        + ",\"text\":\""
                        + text
                        + "\"}}");
    }

    /** What a node must know before it takes a message, if another one has taken those before. */
    private String after() {
        Acknowledged known = last;
        if (settled || known == null || history().now() - known.nanos() > TOLD.toNanos()) {
            return "";
        }
        Position position = known.position();
        return ",\"origin\":\"" + position.origin() + "\",\"after\":\"" + position.text() + "\"";
    }

    @Override
    void onReply(TestSocket socket, JsonObject reply) throws IOException {
        switch (reply.getString("type")) {
            case "published" -> onPublished(reply);
            case "error" -> onError(reply);
            case "welcome", "drain" -> {}
            default -> throw new AssertionError("unexpected: " + reply);
        }
    }

    private void onPublished(JsonObject reply) throws IOException {
        Sent sent = unanswered.remove(reply.getInt("id"));
        if (sent == null) {
            throw new AssertionError("no such publish: " + reply);
        }
        Message message = sent.message();
        Acknowledged answer =
                new Acknowledged(
                        history().now(),
                        name(),
                        sent.attempt(),
                        message,
                        Position.parse(reply.getString("origin"), reply.getString("position")),
                        reply.getString("level"),
                        reply.getBoolean("duplicate"));
        history().add(answer);
        last = answer;
        settled = true;
        pending.remove(message);
        acknowledged.add(message);
        if (--hopsIn <= 0) {
            throw new IOException("enough of this node");
        }
    }

    private void onError(JsonObject reply) {
        Sent sent = unanswered.remove(reply.getInt("id", 0));
        if (sent == null) {
            throw new AssertionError("no such publish: " + reply);
        }
        long now = history().now();
        history()
                .add(
                        new Refused(
                                now,
                                name(),
                                sent.attempt(),
                                sent.message(),
                                reply.getString("code")));
        if (!held) {
            held = true;
            long pauseMillis = Math.min(reply.getInt("retryAfterMs", 0), LONGEST_PAUSE.toMillis());
            heldUntilNanos = now + Duration.ofMillis(pauseMillis).toNanos();
        }
    }

    @Override
    void onTick(TestSocket socket) throws IOException {
        long now = history().now();
        for (Sent sent : unanswered.values()) {
            if (now - sent.nanos() > PATIENCE.toNanos()) {
                unanswered.values().remove(sent);
                history().add(new Unanswered(now, name(), sent.attempt(), sent.message()));
                throw new IOException("no answer");
            }
        }
        if (held) {
            if (unanswered.isEmpty() && now - heldUntilNanos >= 0) {
                sendAgain(socket);
            }
        } else if (!isEnding() && pending.size() < AT_ONCE && now - nextNanos >= 0) {
            nextNanos = now + paceNanos;
            Message message = new Message(channel(), name(), ++made);
            pending.add(message);
            send(socket, message);
        }
    }

    @Override
    void onEnd() {
        long now = history().now();
        for (Sent sent : unanswered.values()) {
            history().add(new Broken(now, name(), sent.attempt(), sent.message()));
        }
        unanswered.clear();
    }

    @Override
    boolean isOver() {
        return pending.isEmpty();
    }

    @Override
    public String toString() {
        return name() + " waits for " + pending;
    }
}
