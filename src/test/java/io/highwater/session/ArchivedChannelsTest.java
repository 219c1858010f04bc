package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestServer;
import io.highwater.testing.TestSocket;
import io.highwater.testing.TestSocket.Received;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Channels of a node that is stopped and started again on the same archive, over real sockets. */
@Timeout(240)
final class ArchivedChannelsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path folder;

    private TestServer server;
    private TestSocket socket;
    private int lastId = 1;

    @BeforeEach
    void start() throws Exception {
        Map<String, String> settings = new HashMap<>();
        settings.put("highwater.archive.url", "file:" + folder.resolve("archive"));
        settings.put("highwater.limits.commands-per-second", "1000000");
        settings.put("highwater.limits.commands-burst", "1000000");
        server = TestServer.start(settings);
        socket = SocketOverHttp1.open(server.http(), Sessions.PATH, Sessions.SUBPROTOCOL).reading();
        socket.text("{\"type\":\"hello\",\"client\":\"a\"}");
        next("welcome");
    }

    @AfterEach
    void stop() {
        socket.close();
        server.close();
    }

    private void restart() throws Exception {
        stop();
        start();
    }

    private JsonObject next(String type) throws Exception {
        Received received = socket.next(PATIENCE);
        assertThat(received).as("nothing came").isNotNull();
        JsonObject message = Transcript.parse(received.text());
        assertThat(message.getString("type")).as(received.text()).isEqualTo(type);
        return message;
    }

    /** Returns its position. */
    private String publish(String msgId, String key, String data) throws Exception {
        return publish("c", msgId, key, data);
    }

    private String publish(String channel, String msgId, String key, String data) throws Exception {
        String keyed = key == null ? "" : ",\"key\":\"" + key + "\"";
        socket.text(
                "{\"type\":\"publish\",\"id\":"
                        + ++lastId
                        + ",\"channel\":\""
                        + channel
                        + "\",\"msgId\":\""
                        + msgId
                        + "\""
                        + keyed
                        + ",\"data\":"
                        + data
                        + "}");
        JsonObject published = next("published");
        assertThat(published.getString("level")).isEqualTo("durable");
        return published.getString("position");
    }

    private JsonObject subscribe(String since, int limit) throws Exception {
        socket.text(
                "{\"type\":\"subscribe\",\"id\":"
                        + ++lastId
                        + ",\"channel\":\"c\",\"since\":"
                        + since
                        + ",\"limit\":"
                        + limit
                        + "}");
        return next("subscribed");
    }

    private static String since(String position) {
        return "{\"local\":\"" + position + "\"}";
    }

    private JsonObject history(String members) throws Exception {
        socket.text(
                "{\"type\":\"history\",\"id\":" + ++lastId + ",\"channel\":\"c\"" + members + "}");
        return next("history");
    }

    private static List<String> msgIds(JsonObject history) {
        JsonArray messages = history.getJsonArray("messages");
        return messages.getValuesAs(JsonObject.class).stream()
                .map(message -> message.getString("msgId"))
                .toList();
    }

    /** A megabyte in several generations, in pages of 128 KiB. */
    @Test
    void whatAClientMissedComesWholeHoweverMuchItIs() throws Exception {
        String first = publish("m0", null, "0");
        String data = "\"" + "x".repeat(4_000) + "\"";
        List<String> missed = new ArrayList<>();
        for (int generation = 0; generation < 3; generation++) {
            for (int i = 0; i < 80; i++) {
                String msgId = "m" + generation + "-" + i;
                publish(msgId, null, data);
                missed.add(msgId);
            }
            restart();
        }
        JsonObject limited = subscribe(since(first), 239);
        assertThat(limited.getBoolean("recovered")).isFalse();
        assertThat(limited.getString("reason")).isEqualTo("LIMIT");
        assertThat(subscribe(since(first), 240).getBoolean("recovered")).isTrue();
        List<String> came = new ArrayList<>();
        while (came.size() < missed.size()) {
            came.add(next("message").getString("msgId"));
        }
        assertThat(came).isEqualTo(missed);
        publish("other", "live", null, "1");
        assertThat(socket.isQuiet()).isTrue();
    }

    @Test
    void theNewestOfEachKeyIsThereAfterARestart() throws Exception {
        publish("m1", "A", "1");
        publish("m2", "B", "1");
        publish("m3", "A", "2");
        restart();
        publish("m4", "C", "1");
        restart();
        publish("m5", "B", "2");
        assertThat(subscribe("\"latest\"", 1).getBoolean("recovered")).isTrue();
        List<String> came = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            JsonObject message = next("message");
            assertThat(message.getBoolean("snapshot")).isTrue();
            came.add(message.getString("msgId"));
        }
        assertThat(came).containsExactly("m3", "m4", "m5");
    }

    @Test
    void historyGoesBackAcrossARestartByPositionAndByTime() throws Exception {
        for (int i = 0; i < 5; i++) {
            publish("a" + i, null, "1");
        }
        Instant between = Instant.now();
        // The clock has to be past that millisecond.
        while (!Instant.now().isAfter(between.plusMillis(1))) {
            Thread.onSpinWait();
        }
        restart();
        String last = "";
        for (int i = 0; i < 5; i++) {
            last = publish("b" + i, null, "1");
        }
        assertThat(msgIds(history("")))
                .containsExactly("a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2", "b3", "b4");
        assertThat(msgIds(history(",\"at\":\"" + between.plusMillis(1) + "\"")))
                .containsExactly("b0", "b1", "b2", "b3", "b4");
        List<String> back = new ArrayList<>();
        JsonObject page;
        String before = last;
        do {
            page = history(",\"origin\":\"local\",\"before\":\"" + before + "\",\"limit\":4");
            List<String> some = msgIds(page);
            back.addAll(some);
            JsonArray messages = page.getJsonArray("messages");
            before = messages.getJsonObject(messages.size() - 1).getString("position");
        } while (!page.getBoolean("complete"));
        assertThat(back).containsExactly("b3", "b2", "b1", "b0", "a4", "a3", "a2", "a1", "a0");
    }

    @Test
    void aMessageSentAgainAfterARestartIsThereOnce() throws Exception {
        String first = publish("m1", null, "1");
        restart();
        assertThat(publish("m1", null, "1")).isEqualTo(first);
        assertThat(msgIds(history(""))).containsExactly("m1");
    }
}
