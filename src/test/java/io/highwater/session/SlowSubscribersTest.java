package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FrameClient;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestServer;
import io.highwater.testing.TestSocket;
import io.highwater.testing.TestSocket.Received;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Subscribers that stop reading, through a whole node and real sockets. Time limits are guards. */
@Timeout(120)
final class SlowSubscribersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int UPDATES = 10_000;
    private static final int KEYS = 20;

    /** Less than a session may leave unanswered. */
    private static final int AHEAD = 32;

    private static final Map<String, String> SETTINGS =
            Map.of(
                    "highwater.channels.prices.prefix",
                    "prices.",
                    "highwater.channels.prices.policy",
                    "LATEST",
                    "highwater.channels.prices.latest-count",
                    String.valueOf(KEYS),
                    "highwater.outbound.socket-buffer",
                    "4KiB",
                    "highwater.limits.commands-per-second",
                    "1000000",
                    "highwater.limits.commands-burst",
                    "1000000",
                    // Who does not read answers no ping.
                    "highwater.keepalive.ping-interval",
                    "0",
                    "highwater.keepalive.idle-timeout",
                    "1h");

    @ParameterizedTest
    @EnumSource(FrameClient.Protocol.class)
    void underLatestWhoReadsAgainGetsTheNewestOfEachKeyAndHearsOfAllItDidNotGet(
            FrameClient.Protocol protocol) throws Exception {
        try (TestServer server = TestServer.start(SETTINGS);
                FrameClient board =
                        FrameClient.open(
                                protocol,
                                server,
                                Sessions.PATH,
                                "Sec-WebSocket-Protocol",
                                Sessions.SUBPROTOCOL)) {
            board.text("{\"type\":\"hello\",\"id\":1,\"client\":\"board\"}");
            next(board, "welcome");
            board.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"prices.all\"}");
            next(board, "subscribed");

            publishAll(server);

            Map<String, Integer> newest = readAll(board);
            assertThat(newest).hasSize(KEYS);
            for (int i = UPDATES - KEYS + 1; i <= UPDATES; i++) {
                assertThat(newest).containsEntry("key" + i % KEYS, i);
            }
            board.text("{\"type\":\"ping\",\"id\":3}");
            next(board, "pong");
        }
    }

    private static void publishAll(TestServer server) throws Exception {
        String filling = ".".repeat(400);
        try (TestSocket publisher =
                SocketOverHttp1.open(server.http(), Sessions.PATH, Sessions.SUBPROTOCOL)
                        .reading()) {
            publisher.text("{\"type\":\"hello\",\"id\":1,\"client\":\"p\"}");
            next(publisher, "welcome");
            for (int i = 1; i <= UPDATES + AHEAD; i++) {
                if (i <= UPDATES) {
                    publisher.text(
                            String.format(
                                    "{\"type\":\"publish\",\"id\":%d,\"channel\":\"prices.all\","
                                            + "\"msgId\":\"m%d\",\"key\":\"key%d\","
                                            + "\"data\":[%d,\"%s\"]}",
                                    i, i, i % KEYS, i, filling));
                }
                if (i > AHEAD) {
                    next(publisher, "published");
                }
            }
        }
    }

    /**
     * Reads until all updates are got or skipped, each once and in order.
     *
     * @return the last update of each key
     */
    private static Map<String, Integer> readAll(FrameClient board) {
        Map<String, Integer> newest = new HashMap<>();
        int received = 0;
        int skipped = 0;
        while (received + skipped < UPDATES) {
            int expected = received + skipped + 1;
            JsonObject message = Transcript.parse(board.nextText());
            if (message.getString("type").equals("skipped")) {
                assertThat(message.getString("channel")).isEqualTo("prices.all");
                assertThat(message.getString("origin")).isEqualTo("local");
                assertThat(message.getString("reason")).isEqualTo("OVERFLOW");
                assertThat(sequence(message.getString("from"))).isEqualTo(expected);
                int count = message.getInt("count");
                assertThat(count).isPositive();
                assertThat(sequence(message.getString("to"))).isEqualTo(expected + count - 1);
                skipped += count;
            } else {
                assertThat(message.getString("type")).isEqualTo("message");
                assertThat(sequence(message.getString("position"))).isEqualTo(expected);
                assertThat(message.getString("msgId")).isEqualTo("m" + expected);
                assertThat(message.getJsonArray("data").getInt(0)).isEqualTo(expected);
                newest.put(message.getString("key"), expected);
                received++;
            }
        }
        // What kernels and windows hold is far less.
        assertThat(skipped).isGreaterThan(UPDATES / 2);
        assertThat(received + skipped).isEqualTo(UPDATES);
        return newest;
    }

    private static int sequence(String position) {
        return Integer.parseInt(position.substring(position.lastIndexOf('-') + 1));
    }

    private static void next(FrameClient client, String type) {
        String text = client.nextText();
        assertThat(Transcript.parse(text).getString("type")).as(text).isEqualTo(type);
    }

    private static void next(TestSocket socket, String type) throws InterruptedException {
        Received received = socket.next(PATIENCE);
        assertThat(received).as("nothing came").isNotNull();
        assertThat(received.text()).contains("\"type\":\"" + type + "\"");
    }
}
