package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.RedisProcess;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TcpProxy;
import io.highwater.testing.TestSocket;
import io.highwater.testing.TestSocket.Received;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is in a channel of two nodes, which are processes, on a real Redis. */
@Timeout(300)
final class PresenceOverNodesTest {
    /** A node is gone after 10 s; this is for a machine that has other things to do. */
    private static final Duration GUARD = Duration.ofSeconds(120);

    @TempDir private Path folder;
    private RedisProcess redis;
    private final List<TestSocket> sockets = new ArrayList<>();

    @BeforeEach
    void startRedis() throws Exception {
        redis = RedisProcess.start(folder, "--appendonly", "yes");
    }

    @AfterEach
    void stop() throws Exception {
        for (TestSocket socket : sockets) {
            socket.close();
        }
        redis.close();
    }

    private NodeProcess node(String name, String redisUri) throws IOException {
        return NodeProcess.start(
                folder,
                Map.of(
                        "highwater.node",
                        name,
                        "highwater.backbone",
                        "redis",
                        "highwater.redis.uri",
                        redisUri));
    }

    private TestSocket join(NodeProcess node, String name, String more) throws IOException {
        TestSocket socket =
                SocketOverHttp1.open(
                                URI.create("http://127.0.0.1:" + node.port()),
                                "/v1/ws",
                                "highwater.v1")
                        .reading();
        sockets.add(socket);
        socket.text("{\"type\":\"hello\",\"client\":\"" + name + "\"}");
        socket.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"room.42\"" + more + "}");
        return socket;
    }

    private void join(NodeProcess node, String name) throws IOException {
        join(node, name, "");
    }

    @Test
    void theMembersOfANodeThatIsKilledAreGoneAndThoseOfTheNextAreThere() throws Exception {
        try (NodeProcess a = node("a", redis.uri())) {
            Watcher watcher = new Watcher(a);
            try (NodeProcess b = node("b", redis.uri())) {
                join(b, "b1");
                join(b, "b2");
                watcher.awaitMembers("b1", "b2", "w");
                assertThat(watcher.ask()).isEqualTo("3 [b1, b2, w]");
                b.signal("KILL");
                b.awaitExit();
                long killedNanos = System.nanoTime();
                watcher.awaitMembers("w");
                System.out.printf(
                        "The members of a killed node were gone after %.1f s%n",
                        (System.nanoTime() - killedNanos) / 1e9);
                assertThat(watcher.ask()).isEqualTo("1 [w]");
            }
            try (NodeProcess b = node("b", redis.uri())) {
                join(b, "b1");
                watcher.awaitMembers("b1", "w");
                b.terminate();
                b.awaitExit();
                watcher.awaitMembers("w");
            }
        }
    }

    @Test
    void aNodeThatIsCutOffFromRedisIsGoneForTheOthersAndComesBack() throws Exception {
        try (TcpProxy proxy = new TcpProxy(redis.port());
                NodeProcess a = node("a", redis.uri());
                NodeProcess b = node("b", "redis://127.0.0.1:" + proxy.port())) {
            Watcher onA = new Watcher(a);
            Watcher onB = new Watcher(b);
            join(b, "b1");
            onA.awaitMembers("b1", "w", "w");
            onB.awaitMembers("b1", "w", "w");
            proxy.cut();
            onA.awaitMembers("w");
            onB.awaitMembers("b1", "w");
            join(b, "b2");
            onB.awaitMembers("b1", "b2", "w");
            proxy.turnTo(redis.port());
            onA.awaitMembers("b1", "b2", "w", "w");
            onB.awaitMembers("b1", "b2", "w", "w");
            assertThat(onA.ask()).isEqualTo("4 [b1, b2, w]");
        }
    }

    /** Nothing of it is kept, so there is nothing to take up again. */
    @Test
    void aRestartOfRedisChangesNothing() throws Exception {
        try (NodeProcess a = node("a", redis.uri());
                NodeProcess b = node("b", redis.uri())) {
            Watcher watcher = new Watcher(a);
            join(b, "b1");
            watcher.awaitMembers("b1", "w");
            redis.kill();
            redis.start();
            join(b, "b2");
            watcher.awaitMembers("b1", "b2", "w");
            assertThat(redis.commands().keys("*nodes*")).isEmpty();
        }
    }

    /** Adds up the events that it is told. Confined to its test. */
    private final class Watcher {
        private final TestSocket socket;
        private Map<String, Integer> known = new TreeMap<>();

        private Watcher(NodeProcess node) throws IOException {
            socket = join(node, "w", ",\"presence\":true");
        }

        private void awaitMembers(String... names) throws InterruptedException {
            Map<String, Integer> expected = new TreeMap<>();
            for (String name : names) {
                expected.merge(name, 1, Integer::sum);
            }
            while (!known.equals(expected)) {
                JsonObject event = next("presence");
                assertThat(event.containsKey("id")).as("%s", event).isFalse();
                if (event.getBoolean("snapshot", false)) {
                    known = new TreeMap<>();
                }
                add(event.getJsonObject("joined"), 1);
                add(event.getJsonObject("left"), -1);
                known.values().removeIf(count -> count == 0);
                assertThat(known.values().stream().mapToInt(Integer::intValue).sum())
                        .isEqualTo(event.getInt("count"));
            }
        }

        private void add(JsonObject members, int times) {
            if (members != null) {
                JsonArray clients = members.getJsonArray("clients");
                assertThat(clients).hasSize(members.getInt("count"));
                for (JsonString name : clients.getValuesAs(JsonString.class)) {
                    known.merge(name.getString(), times, Integer::sum);
                }
            }
        }

        private String ask() throws Exception {
            socket.text("{\"type\":\"presence\",\"id\":3,\"channel\":\"room.42\"}");
            JsonObject answer = next("presence");
            return answer.getInt("count")
                    + " "
                    + answer.getJsonArray("clients").getValuesAs(JsonString::getString);
        }

        private JsonObject next(String type) throws InterruptedException {
            while (true) {
                Received received = socket.next(GUARD);
                assertThat(received).as("nothing came; known are %s", known).isNotNull();
                JsonObject message = parse(received.text());
                if (message.getString("type").equals(type)) {
                    return message;
                }
            }
        }

        private static JsonObject parse(String text) {
            try (JsonReader reader = Json.createReader(new StringReader(text))) {
                return reader.readObject();
            }
        }
    }
}
