package io.highwater;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.endpoint.HighWaterAsync;
import io.highwater.outbound.OfferResult;
import io.highwater.testing.RawClient;
import io.highwater.testing.TestEndpoints.Named;
import io.highwater.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.websocket.Session;
import java.io.IOException;
import java.io.StringReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that do not read, on a whole node and over real sockets. */
final class SlowClientsTest {
    private static final Duration GUARD = Duration.ofSeconds(60);

    /** Marks that leave all to the governor; a queue is slow above 4 MiB. */
    private static final Map<String, String> WIDE =
            Map.ofEntries(
                    entry("highwater.outbound.high-messages", "1000000"),
                    entry("highwater.outbound.high-bytes", "1GiB"),
                    entry("highwater.outbound.low-messages", "1000"),
                    entry("highwater.outbound.low-bytes", "4MiB"),
                    entry("highwater.outbound.socket-buffer", "4KiB"),
                    entry("highwater.outbound.evict-linger", "0"),
                    entry("highwater.handshake.max-connections-per-ip", "0"),
                    entry("highwater.limits.max-message-bytes", "6MiB"),
                    entry("highwater.limits.commands-burst", "1000000"),
                    // These clients answer no ping.
                    entry("highwater.keepalive.ping-interval", "0"),
                    entry("highwater.keepalive.idle-timeout", "1h"),
                    entry("highwater.governor.heap-fraction", "1"));

    private final List<RawClient> clients = new ArrayList<>();
    private TestServer server;

    private void start(String slowFraction) {
        Map<String, String> settings = new java.util.HashMap<>(WIDE);
        settings.put("highwater.governor.slow-fraction", slowFraction);
        // All of them come from one address, and are to be the governor's.
        settings.put("highwater.limits.address-share", "1");
        settings.put("highwater.limits.heap-share", "1");
        server = TestServer.start(settings);
    }

    @AfterEach
    void stop() {
        clients.forEach(RawClient::close);
        server.close();
    }

    @Test
    void ofThirtySlowOfThreeHundredTheLargestGoAndNoneOfTheOthers() throws Exception {
        // Ten of 300 may be slow.
        start("0.0334");
        try (Crowd crowd = new EndpointCrowd()) {
            theLargestGo(crowd, 0);
        }
    }

    @Test
    void theSameOfChannelSessions() throws Exception {
        // The publisher is one more.
        start("0.0334");
        try (Crowd crowd = new ChannelCrowd(server)) {
            theLargestGo(crowd, 1);
        }
    }

    private void theLargestGo(Crowd crowd, int others) throws Exception {
        List<RawClient> lobby =
                IntStream.range(0, 270).mapToObj(i -> kept(crowd.lobbyMember(server))).toList();
        List<RawClient> slow =
                IntStream.rangeClosed(1, 30).mapToObj(i -> kept(crowd.slow(server, i))).toList();
        assertThat(crowd.left()).hasSize(30);
        crowd.chat(lobby, "before");

        // The one message that makes them slow makes them so all at once.
        crowd.fill(IntStream.rangeClosed(1, 30).mapToObj(i -> i * 80).toList(), 5 << 20);

        until(() -> metrics().contains("highwater_evictions_total{policy=\"governor\"} 20.0"));
        Set<String> smallest =
                IntStream.rangeClosed(1, 10).mapToObj(i -> "slow" + i).collect(Collectors.toSet());
        until(() -> crowd.left().equals(smallest));
        slow.subList(10, 30).forEach(RawClient::readToTheEnd);
        crowd.chat(lobby, "after");
        assertThat(metrics())
                .contains("highwater_connections{transport=\"http/1.1\"} " + (280.0 + others))
                .contains("highwater_evictions_total{policy=\"evict\"} 0.0");
    }

    @Test
    void underLatestWhoReadsAgainGetsTheNewestOfEachKey() {
        start("1");
        RawClient client = connect("/test/latest/board");
        until(() -> Named.sessions().containsKey("board"));
        HighWaterAsync remote = HighWaterAsync.of(Named.sessions().get("board"));
        String filling = ".".repeat(200);
        for (int i = 0; i < 10_000; i++) {
            assertThat(remote.offerText("<" + i + ">" + filling, "key" + i % 20))
                    .isEqualTo(OfferResult.ACCEPTED);
        }
        assertThat(remote.queuedMessages()).isLessThan(1_000);
        for (int i = 9_980; i < 10_000; i++) {
            client.readUntil("<" + i + ">");
        }
        List<Integer> numbers =
                Pattern.compile("<([0-9]+)>")
                        .matcher(client.received())
                        .results()
                        .map(found -> Integer.valueOf(found.group(1)))
                        .toList();
        assertThat(numbers).isSorted().doesNotHaveDuplicates().hasSizeLessThan(5_000);
    }

    @Test
    void slowClientsAreShownWithWhatTheyHold() throws Exception {
        start("1");
        RawClient client = connect("/test/named/shown");
        until(() -> Named.sessions().containsKey("shown"));
        assertThat(slowClients().getInt("slow")).isZero();
        Session session = Named.sessions().get("shown");
        HighWaterAsync remote = HighWaterAsync.of(session);
        for (int n = 0; n < 6; n++) {
            remote.offerBinary(ByteBuffer.allocate(1 << 20));
        }
        until(() -> slowClients().getInt("slow") == 1);
        JsonObject shown = slowClients().getJsonArray("clients").getJsonObject(0);
        assertThat(shown.getString("id")).isEqualTo(session.getId());
        assertThat(shown.getString("address")).isEqualTo(client.address());
        assertThat(shown.getString("policy")).isEqualTo("EVICT");
        assertThat(shown.getInt("queuedMessages")).isEqualTo(remote.queuedMessages());
        assertThat(shown.getInt("unsentMessages")).isEqualTo(remote.queuedMessages() - 1);
        assertThat(shown.getInt("queuedBytes")).isEqualTo((int) remote.queuedBytes());
        assertThat(shown.getInt("retainedBytes")).isEqualTo((int) remote.queuedBytes());
        assertThat(shown.getInt("aboveLowWaterMillis")).isGreaterThanOrEqualTo(1_000);
        assertThat(metrics()).contains("highwater_slow_clients 1.0");
    }

    private RawClient connect(String path) {
        return kept(RawClient.connect(server.http(), path));
    }

    /** Closed after the test. */
    private RawClient kept(RawClient client) {
        clients.add(client);
        return client;
    }

    private static void until(Callable<Boolean> reached) {
        await().atMost(GUARD).until(reached);
    }

    private String metrics() throws IOException, InterruptedException {
        return get("/metrics");
    }

    private JsonObject slowClients() throws IOException, InterruptedException {
        try (JsonReader reader = Json.createReader(new StringReader(get("/clients/slow")))) {
            return reader.readObject();
        }
    }

    private String get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(server.admin().resolve(path)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
