package io.highwater.chaos;

import io.highwater.chaos.Event.Archived;
import io.highwater.protocol.Position;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestSocket;
import io.highwater.testing.TestSocket.Received;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.time.Duration;

/** Reads a whole channel from a node, by {@code history}. Stateless. */
final class HistoryReader {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private HistoryReader() {}

    /** Writes down all messages of a channel that a node has. */
    static void read(URI node, String channel, History history)
            throws IOException, InterruptedException {
        try (TestSocket socket = SocketOverHttp1.open(node, "/v1/ws", "highwater.v1").reading()) {
            socket.text("{\"type\":\"hello\",\"client\":\"reader\",\"attempt\":0}");
            answer(socket, "welcome");
            String after = "";
            boolean complete = false;
            while (!complete) {
                socket.text(
                        "{\"type\":\"history\",\"id\":1,\"channel\":\""
                                + channel
                                + "\""
                                + after
                                + "}");
                JsonObject page = answer(socket, "history");
                for (JsonValue value : page.getJsonArray("messages")) {
                    Archived entry = entry(node, channel, value.asJsonObject(), history.now());
                    history.add(entry);
                    Position position = entry.position();
                    after =
                            ",\"origin\":\""
                                    + position.origin()
                                    + "\",\"after\":\""
                                    + position.text()
                                    + "\"";
                }
                complete = page.getBoolean("complete");
            }
        }
    }

    private static Archived entry(URI node, String channel, JsonObject message, long nanos) {
        return new Archived(
                nanos,
                node.getAuthority(),
                Message.of(channel, message.getString("msgId")),
                Position.parse(message.getString("origin"), message.getString("position")));
    }

    private static JsonObject answer(TestSocket socket, String type)
            throws IOException, InterruptedException {
        Received received = socket.next(PATIENCE);
        if (received == null || received.isClose()) {
            throw new IOException("no " + type + ": " + received);
        }
        try (JsonReader reader = Json.createReader(new StringReader(received.text()))) {
            JsonObject answer = reader.readObject();
            if (!answer.getString("type").equals(type)) {
                throw new IOException("no " + type + ": " + answer);
            }
            return answer;
        }
    }
}
