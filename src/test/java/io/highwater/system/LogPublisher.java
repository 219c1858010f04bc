package io.highwater.system;

import io.highwater.testing.TestSocket;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Publishes message after message to one channel, a few at once, and sends again whatever was not
 * acknowledged (docs/protocol.md rules 6 and 8).
 */
final class LogPublisher extends LogClient {
    private static final int AT_ONCE = 8;

    private final String channel;
    private final String level;
    private final AtomicInteger count = new AtomicInteger();

    /** By id, in the order in which they were made. */
    private final Map<Integer, String> unanswered = new LinkedHashMap<>();

    /** In the order of the acknowledgements. */
    final List<String> acknowledged = new ArrayList<>();

    /** How many answers said that the message was there already. */
    int duplicates;

    private int made;
    private boolean held;

    /**
     * @param level what each acknowledgement must promise
     */
    LogPublisher(URI server, String name, String channel, String level) {
        super(server, name);
        this.channel = channel;
        this.level = level;
    }

    /** How many were acknowledged so far; for any thread. */
    int count() {
        return count.get();
    }

    @Override
    void onOpen(TestSocket socket) throws IOException {
        sendAgain(socket);
    }

    private void sendAgain(TestSocket socket) throws IOException {
        held = false;
        for (Map.Entry<Integer, String> one : unanswered.entrySet()) {
            send(socket, one.getKey(), one.getValue());
        }
        more(socket);
    }

    private void more(TestSocket socket) throws IOException {
        while (!isEnding() && !held && unanswered.size() < AT_ONCE) {
            int id = ++made;
            String msgId = name() + "-" + id;
            unanswered.put(id, msgId);
            send(socket, id, msgId);
        }
    }

    private void send(TestSocket socket, int id, String msgId) throws IOException {
        socket.text(
                "{\"type\":\"publish\",\"id\":"
                        + id
                        + ",\"channel\":\""
                        + channel
                        + "\",\"msgId\":\""
                        + msgId
                        + "\",\"data\":{\"number\":"
                        + id
                        + "}}");
    }

    @Override
    void onReply(TestSocket socket, JsonObject reply) throws IOException {
        switch (reply.getString("type")) {
            case "published" -> {
                String msgId = unanswered.remove(reply.getInt("id"));
                if (!reply.getString("level").equals(level)) {
                    throw new AssertionError(reply.toString());
                }
                if (msgId != null) {
                    acknowledged.add(msgId);
                    count.incrementAndGet();
                    duplicates += reply.getBoolean("duplicate") ? 1 : 0;
                }
                more(socket);
            }
            // What was sent behind it fails as well; all of it is sent again when it is quiet.
            case "error" -> held = true;
            case "welcome" -> {}
            default -> throw new AssertionError("unexpected: " + reply);
        }
    }

    @Override
    void onIdle(TestSocket socket) throws IOException {
        if (held) {
            sendAgain(socket);
        }
    }

    @Override
    boolean isOver() {
        return unanswered.isEmpty();
    }

    @Override
    public String toString() {
        return unanswered.toString();
    }
}
