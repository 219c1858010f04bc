package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.SocketOverHttp2;
import io.highwater.testing.TestServer;
import io.highwater.testing.TestSocket;
import io.highwater.testing.TestSocket.Received;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Channels through a whole node and real sockets. Time limits are guards. */
@Timeout(120)
final class ChannelsOverSocketsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Map<String, String> NO_LIMIT =
            Map.of(
                    "highwater.limits.commands-per-second",
                    "1000000",
                    "highwater.limits.commands-burst",
                    "1000000");

    private static TestSocket hello(TestSocket socket, String client) throws Exception {
        socket.text("{\"type\":\"hello\",\"id\":1,\"client\":\"" + client + "\"}");
        next(socket, "welcome");
        return socket;
    }

    private static TestSocket http1(TestServer server, String client) throws Exception {
        return hello(
                SocketOverHttp1.open(server.http(), Sessions.PATH, Sessions.SUBPROTOCOL).reading(),
                client);
    }

    private static JsonObject next(TestSocket socket, String type) throws Exception {
        Received received = socket.next(PATIENCE);
        assertThat(received).as("nothing came").isNotNull();
        assertThat(received.closeCode()).as("closed").isZero();
        JsonObject message = Transcript.parse(received.text());
        assertThat(message.getString("type")).as(received.text()).isEqualTo(type);
        return message;
    }

    private static void publish(TestSocket socket, int id, String channel, String msgId)
            throws IOException {
        socket.text(
                "{\"type\":\"publish\",\"id\":"
                        + id
                        + ",\"channel\":\""
                        + channel
                        + "\",\"msgId\":\""
                        + msgId
                        + "\",\"data\":"
                        + id
                        + "}");
    }

    private static int closeCode(TestSocket socket) throws InterruptedException {
        Received received = socket.next(PATIENCE);
        while (received != null && !received.isClose()) {
            received = socket.next(PATIENCE);
        }
        assertThat(received).as("no close came").isNotNull();
        return received.closeCode();
    }

    @Test
    void tenMegabytesEndWith1009AndTheNodeServesOn() throws Exception {
        try (TestServer server = TestServer.start();
                TestSocket large = http1(server, "a");
                TestSocket fragmented = http1(server, "b");
                TestSocket other = http1(server, "c")) {
            String message =
                    "{\"type\":\"publish\",\"id\":1,\"channel\":\"c\",\"msgId\":\"m\",\"data\":\""
                            + "x".repeat(10 << 20)
                            + "\"}";
            CompletableFuture<Void> sent = sending(large, message);
            assertThat(closeCode(large)).isEqualTo(1009);
            CompletableFuture<Void> sentInTwo =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    fragmented.textInTwo(message, 60_000);
                                } catch (IOException e) {
                                    // The node reads no further.
                                }
                            });
            assertThat(closeCode(fragmented)).isEqualTo(1009);
            publish(other, 2, "c", "m1");
            next(other, "published");
            large.close();
            fragmented.close();
            CompletableFuture.allOf(sent, sentInTwo).join();
        }
    }

    private static CompletableFuture<Void> sending(TestSocket socket, String message) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        socket.text(message);
                    } catch (IOException e) {
                        // The node reads no further.
                    }
                });
    }

    @Test
    void aMessageAsLargeAsMayBeGoesThrough() throws Exception {
        try (TestServer server = TestServer.start();
                TestSocket socket = http1(server, "a")) {
            socket.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"c\"}");
            next(socket, "subscribed");
            String head =
                    "{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"msgId\":\"m\",\"data\":\"";
            String data = "\u20ac".repeat((64 * 1024 - head.length() - 2) / 3);
            socket.text(head + data + "\"}");
            Received first = socket.next(PATIENCE);
            Received second = socket.next(PATIENCE);
            assertThat(first.text() + second.text()).contains(data).contains("\"published\"");
        }
    }

    @Test
    void aFloodIsLimitedAndThenEnded() throws Exception {
        try (TestServer server = TestServer.start();
                TestSocket socket = http1(server, "a")) {
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> flood =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    for (int i = 1; i < 1_000_000 && !over.get(); i++) {
                                        socket.text("{\"type\":\"ping\",\"id\":" + i + "}");
                                    }
                                } catch (IOException e) {
                                    // The node has closed.
                                }
                            });
            int pongs = 0;
            int limited = 0;
            Received next = socket.next(PATIENCE);
            while (!next.isClose()) {
                if (next.text().contains("\"pong\"")) {
                    pongs++;
                } else {
                    assertThat(next.text()).contains("RATE_LIMITED");
                    limited++;
                }
                next = socket.next(PATIENCE);
            }
            over.set(true);
            flood.join();
            assertThat(next.closeCode()).isEqualTo(4429);
            assertThat(pongs).isGreaterThanOrEqualTo(199);
            assertThat(limited).isGreaterThan(pongs);
        }
    }

    @Test
    void fiveThousandSubscriptionsOfTwoHundredSessionsOverBothVersions() throws Exception {
        try (TestServer server = TestServer.start(NO_LIMIT);
                SocketOverHttp2 http2 = SocketOverHttp2.connect(server.http())) {
            List<TestSocket> sockets = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                sockets.add(
                        i % 2 == 0
                                ? http1(server, "c" + i)
                                : hello(http2.open(Sessions.PATH, Sessions.SUBPROTOCOL), "c" + i));
            }
            // Session i has the 25 channels i to i + 24: each channel has 25 sessions.
            for (int i = 0; i < 200; i++) {
                for (int j = 0; j < 25; j++) {
                    int channel = (i + j) % 200;
                    sockets.get(i)
                            .text(
                                    "{\"type\":\"subscribe\",\"id\":"
                                            + (j + 1)
                                            + ",\"channel\":\"room."
                                            + channel
                                            + "\"}");
                }
            }
            for (TestSocket socket : sockets) {
                for (int j = 0; j < 25; j++) {
                    next(socket, "subscribed");
                }
            }
            try (TestSocket publisher = http1(server, "publisher")) {
                for (int round = 0; round < 4; round++) {
                    for (int channel = 0; channel < 200; channel++) {
                        publish(publisher, channel + 1, "room." + channel, "m" + round);
                    }
                }
                for (TestSocket socket : sockets) {
                    Map<String, Integer> rounds = new HashMap<>();
                    for (int i = 0; i < 100; i++) {
                        JsonObject message = next(socket, "message");
                        int round = rounds.merge(message.getString("channel"), 1, Integer::sum);
                        assertThat(message.getString("msgId")).isEqualTo("m" + (round - 1));
                    }
                    assertThat(rounds).hasSize(25);
                }
                for (int i = 0; i < sockets.size(); i++) {
                    assertPresenceAndNoMore(i, sockets.get(i));
                }
            }
            sockets.forEach(TestSocket::close);
        }
    }

    /** A channel answers on the thread that delivers: what it still had would come before that. */
    private static void assertPresenceAndNoMore(int session, TestSocket socket) throws Exception {
        for (int j = 0; j < 25; j++) {
            socket.text(
                    "{\"type\":\"presence\",\"id\":"
                            + (j + 1)
                            + ",\"channel\":\"room."
                            + (session + j) % 200
                            + "\"}");
        }
        Set<Integer> ids = new HashSet<>();
        for (int j = 0; j < 25; j++) {
            JsonObject presence = next(socket, "presence");
            ids.add(presence.getInt("id"));
            int channel = (session + presence.getInt("id") - 1) % 200;
            assertThat(presence.getString("channel")).isEqualTo("room." + channel);
            assertThat(presence.getInt("count")).isEqualTo(25);
            assertThat(presence.getJsonArray("clients").getValuesAs(JsonString::getString))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 25)
                                    .mapToObj(i -> "c" + (channel - i + 200) % 200)
                                    .toList());
        }
        assertThat(ids).hasSize(25);
        assertThat(socket.isQuiet()).isTrue();
    }

    @Test
    void whoComesBackGetsWhatItMissedAndIsCounted() throws Exception {
        try (TestServer server = TestServer.start();
                TestSocket publisher = http1(server, "p")) {
            String position;
            try (TestSocket first = http1(server, "a")) {
                first.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"c\"}");
                next(first, "subscribed");
                publish(publisher, 1, "c", "m1");
                position = next(first, "message").getString("position");
            }
            for (int i = 2; i <= 150; i++) {
                publish(publisher, i, "c", "m" + i);
            }
            for (int i = 1; i <= 150; i++) {
                next(publisher, "published");
            }
            try (TestSocket again =
                    SocketOverHttp1.open(server.http(), Sessions.PATH, Sessions.SUBPROTOCOL)
                            .reading()) {
                again.text("{\"type\":\"hello\",\"id\":1,\"client\":\"a\",\"attempt\":1}");
                next(again, "welcome");
                again.text(
                        "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"c\",\"since\":{\"local\":\""
                                + position
                                + "\"}}");
                assertThat(next(again, "subscribed").getBoolean("recovered")).isTrue();
                for (int i = 2; i <= 150; i++) {
                    assertThat(next(again, "message").getString("msgId")).isEqualTo("m" + i);
                }
            }
            assertThat(metrics(server)).contains("highwater_reconnects_total 1");
        }
    }

    private static String metrics(TestServer server) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(server.admin() + "/metrics")).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /**
     * Subscribers join at any moment while one client publishes without pause: each sees every
     * message after its cursor once, in order.
     */
    @Test
    void theSeamHoldsUnderLoad() throws Exception {
        int messages = 3_000;
        // On a busy machine the streams of one connection stand still for more than 100 messages.
        Map<String, String> settings = new HashMap<>(NO_LIMIT);
        settings.put("highwater.outbound.high-messages", "1000");
        try (TestServer server = TestServer.start(settings);
                TestSocket publisher = http1(server, "p");
                SocketOverHttp2 http2 = SocketOverHttp2.connect(server.http())) {
            publish(publisher, 1, "c", "m1");
            String position = next(publisher, "published").getString("position");
            CompletableFuture<Void> publishing =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    for (int i = 2; i <= messages; i++) {
                                        publish(publisher, i, "c", "m" + i);
                                        // In step with the answers: no more than 16 ahead.
                                        if (i > 17) {
                                            next(publisher, "published");
                                        }
                                    }
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            List<TestSocket> subscribers = new ArrayList<>();
            List<Integer> seen = new ArrayList<>();
            int joined = 0;
            while (!publishing.isDone() && joined < 60) {
                TestSocket socket =
                        joined % 2 == 0
                                ? http1(server, "s" + joined)
                                : hello(
                                        http2.open(Sessions.PATH, Sessions.SUBPROTOCOL),
                                        "s" + joined);
                boolean isLive = joined % 3 == 0;
                socket.text(
                        "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"c\",\"limit\":5000"
                                + (isLive ? "" : ",\"since\":{\"local\":\"" + position + "\"}")
                                + "}");
                JsonObject subscribed = next(socket, "subscribed");
                String cursor = subscribed.getJsonObject("cursor").getString("local");
                subscribers.add(socket);
                boolean fromStart = !isLive && subscribed.getBoolean("recovered");
                seen.add(fromStart ? 1 : sequence(cursor));
                joined++;
            }
            publishing.join();
            assertThat(joined).isGreaterThan(5);
            for (int i = 0; i < subscribers.size(); i++) {
                for (int expected = seen.get(i) + 1; expected <= messages; expected++) {
                    JsonObject message = next(subscribers.get(i), "message");
                    assertThat(message.getString("msgId")).isEqualTo("m" + expected);
                    assertThat(sequence(message.getString("position"))).isEqualTo(expected);
                }
                assertThat(subscribers.get(i).isQuiet()).isTrue();
                subscribers.get(i).close();
            }
        }
    }

    private static int sequence(String position) {
        return Integer.parseInt(position.substring(position.lastIndexOf('-') + 1));
    }

    @Test
    void aDrainSaysWhereNotToComeBackThenCloses() throws Exception {
        try (TestServer server =
                        TestServer.start(
                                Map.of(
                                        "highwater.drain.window",
                                        "0s",
                                        "highwater.node",
                                        "node-7"));
                TestSocket socket = http1(server, "a")) {
            server.node().drain();
            JsonObject drain = next(socket, "drain");
            assertThat(drain.getString("avoid")).isEqualTo("node-7");
            assertThat(drain.getInt("retryAfterMs")).isNotNegative();
            assertThat(closeCode(socket)).isEqualTo(1012);
        }
    }
}
