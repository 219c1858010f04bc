package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestServer;
import io.highwater.testing.TestSocket;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plays the session that docs/protocol.md has as its example: each line is what a node does. */
final class ProtocolPageTest {
    private static final String SENT = "    → ";
    private static final String RECEIVED = "    ← ";
    private static final String CLOSE = "Close ";

    /** What differs from run to run; where it is the same twice it has to be the same here. */
    private static final Set<String> OF_THIS_RUN =
            Set.of("session", "node", "avoid", "position", "previous", "local", "retryAfterMs");

    private static final String WITH_ARCHIVE = "## A restart, with an archive";
    private static final String NEXT = "## Positions";
    private static final String RESTARTS = "The node is killed and starts again";

    /** It sends Pings as a node does by default. */
    private static final Map<String, String> THE_PAGES_NODE =
            Map.of(
                    "highwater.drain.window", "0s",
                    "highwater.keepalive.ping-interval", "25s");

    @TempDir private Path folder;

    @Test
    @Timeout(120)
    void theSessionOfThePageIsWhatANodeDoes() throws Exception {
        List<String> page = Files.readAllLines(Path.of("docs/protocol.md"));
        List<String> lines = page.subList(0, page.indexOf(WITH_ARCHIVE));
        assertThat(lines).anyMatch(line -> line.startsWith(RECEIVED + CLOSE));
        try (TestServer server = TestServer.start(THE_PAGES_NODE)) {
            Example example = new Example(server);
            for (String line : lines) {
                example.play(line);
            }
            example.end();
        }
    }

    /** The node is not killed here but stopped; KilledNodeTest kills it. */
    @Test
    @Timeout(120)
    void theRestartOfThePageIsWhatANodeWithAnArchiveDoes() throws Exception {
        List<String> page = Files.readAllLines(Path.of("docs/protocol.md"));
        List<String> lines = page.subList(page.indexOf(WITH_ARCHIVE), page.indexOf(NEXT));
        assertThat(lines).anyMatch(line -> line.startsWith(RESTARTS));
        Map<String, String> settings = new HashMap<>(THE_PAGES_NODE);
        settings.put("highwater.archive.url", "file:" + folder.resolve("archive"));
        TestServer server = TestServer.start(settings);
        try {
            Example example = new Example(server);
            for (String line : lines) {
                if (line.startsWith(RESTARTS)) {
                    example.expectAll();
                    server.close();
                    server = TestServer.start(settings);
                    example.server = server;
                }
                example.play(line);
            }
            example.end();
        } finally {
            server.close();
        }
    }

    private static final class Example {
        private TestServer server;
        private final Map<String, String> variables = new HashMap<>();
        private final List<JsonObject> expected = new ArrayList<>();
        private TestSocket socket;
        private Transcript transcript;

        Example(TestServer server) {
            this.server = server;
        }

        void play(String line) throws Exception {
            if (!line.startsWith(SENT) && !line.startsWith(RECEIVED)) {
                return;
            }
            String said = line.substring(SENT.length());
            if (line.startsWith(SENT)) {
                expectAll();
                if (said.contains("\"type\":\"hello\"")) {
                    connect();
                }
                transcript.play(step("send", message(said)));
            } else if (said.startsWith(CLOSE)) {
                expectAll();
                int code = Integer.parseInt(said.split(" ")[1]);
                transcript.play(step("expectClose", Json.createValue(code)));
            } else {
                if (said.contains("\"type\":\"drain\"")) {
                    expectAll();
                    server.node().drain();
                }
                expected.add(message(said));
            }
        }

        void end() throws Exception {
            expectAll();
            socket.close();
        }

        private void connect() throws IOException {
            if (socket != null) {
                socket.close();
            }
            socket =
                    SocketOverHttp1.open(server.http(), Sessions.PATH, Sessions.SUBPROTOCOL)
                            .reading();
            transcript = new Transcript(socket, variables);
        }

        /** In any order: a client's own message may come before its published. */
        void expectAll() throws Exception {
            if (!expected.isEmpty()) {
                JsonArrayBuilder all = Json.createArrayBuilder();
                expected.forEach(all::add);
                transcript.play(step("expectAnyOrder", all.build()));
                expected.clear();
            }
        }
    }

    private static JsonObject step(String word, JsonValue value) {
        return Json.createObjectBuilder().add(word, value).build();
    }

    private static JsonObject message(String json) {
        return ofThisRun(Transcript.parse(json));
    }

    private static JsonObject ofThisRun(JsonObject message) {
        JsonObjectBuilder known = Json.createObjectBuilder();
        message.forEach(
                (name, value) -> {
                    if (value instanceof JsonObject object) {
                        known.add(name, ofThisRun(object));
                    } else if (OF_THIS_RUN.contains(name)) {
                        known.add(name, "$" + text(value));
                    } else {
                        known.add(name, value);
                    }
                });
        return known.build();
    }

    private static String text(JsonValue value) {
        return value instanceof JsonString string ? string.getString() : value.toString();
    }
}
