package io.highwater;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.RawClient;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestServer;
import io.highwater.testing.TestSocket;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Channel sessions: each of the slow has a channel of its own and one with the others. */
final class ChannelCrowd implements Crowd {
    private static final String PATH = "/v1/ws";
    private static final String SUBPROTOCOL = "highwater.v1";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TestSocket publisher;
    private int lastId;

    ChannelCrowd(TestServer server) throws Exception {
        publisher = SocketOverHttp1.open(server.http(), PATH, SUBPROTOCOL).reading();
        publisher.text("{\"type\":\"hello\",\"id\":1,\"client\":\"publisher\"}");
        next("welcome");
    }

    @Override
    public RawClient lobbyMember(TestServer server) {
        return subscriber(server, "lobby", "lobby");
    }

    @Override
    public RawClient slow(TestServer server, int number) {
        return subscriber(server, "slow" + number, "slow" + number, "common");
    }

    private static RawClient subscriber(TestServer server, String name, String... channels) {
        RawClient client = RawClient.connect(server.http(), PATH, SUBPROTOCOL);
        client.send("{\"type\":\"hello\",\"client\":\"" + name + "\"}");
        for (int i = 0; i < channels.length; i++) {
            client.send(
                    "{\"type\":\"subscribe\",\"id\":"
                            + (i + 1)
                            + ",\"channel\":\""
                            + channels[i]
                            + "\"}");
            client.readUntil("\"subscribed\",\"id\":" + (i + 1) + ",");
        }
        return client;
    }

    @Override
    public void fill(List<Integer> kilobytes, int commonBytes) throws Exception {
        for (int i = 0; i < kilobytes.size(); i++) {
            for (int n = 0; n < 20; n++) {
                publish("slow" + (i + 1), kilobytes.get(i) * 1024 / 20);
            }
            // A channel answers on the thread that delivers: it has delivered when it answers.
            clients("slow" + (i + 1));
        }
        publish("common", commonBytes);
    }

    private void publish(String channel, int bytes) throws Exception {
        int id = ++lastId;
        publisher.text(
                "{\"type\":\"publish\",\"id\":"
                        + id
                        + ",\"channel\":\""
                        + channel
                        + "\",\"msgId\":\"m"
                        + id
                        + "\",\"data\":\""
                        + "x".repeat(bytes)
                        + "\"}");
        next("published");
    }

    @Override
    public void chat(List<RawClient> lobby, String words) {
        lobby.get(0)
                .send(
                        "{\"type\":\"publish\",\"id\":9,\"channel\":\"lobby\",\"msgId\":\"m-"
                                + words
                                + "\",\"data\":\""
                                + words
                                + "\"}");
        lobby.forEach(member -> member.readUntil("\"data\":\"" + words));
    }

    @Override
    public Set<String> left() throws Exception {
        return clients("common");
    }

    private Set<String> clients(String channel) throws Exception {
        publisher.text("{\"type\":\"presence\",\"id\":1,\"channel\":\"" + channel + "\"}");
        return next("presence").getJsonArray("clients").getValuesAs(JsonString::getString).stream()
                .collect(Collectors.toSet());
    }

    private JsonObject next(String type) throws InterruptedException, IOException {
        TestSocket.Received received = publisher.next(PATIENCE);
        assertThat(received).as("nothing came").isNotNull();
        try (JsonReader reader = Json.createReader(new StringReader(received.text()))) {
            JsonObject message = reader.readObject();
            assertThat(message.getString("type")).as(received.text()).isEqualTo(type);
            return message;
        }
    }

    @Override
    public void close() {
        publisher.close();
    }
}
