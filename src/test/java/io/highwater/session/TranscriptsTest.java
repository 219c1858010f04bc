package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.SocketOverHttp2;
import io.highwater.testing.TestServer;
import io.highwater.testing.TestSocket;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Plays the conversations of spec/cases.json against a fresh node each. The file belongs to the
 * protocol, docs/protocol.md: clients play the same one, and it changes with the protocol alone.
 */
@Timeout(300)
final class TranscriptsTest {
    @FunctionalInterface
    private interface Opening {
        TestSocket open(TestServer server, String subprotocol) throws IOException;
    }

    @TestFactory
    Stream<DynamicTest> overHttp1() throws IOException {
        return cases(
                (server, subprotocol) ->
                        SocketOverHttp1.open(server.http(), Sessions.PATH, subprotocol).reading());
    }

    @TestFactory
    Stream<DynamicTest> overHttp2() throws IOException {
        return cases(
                (server, subprotocol) ->
                        SocketOverHttp2.connect(server.http()).open(Sessions.PATH, subprotocol));
    }

    private static Stream<DynamicTest> cases(Opening opening) throws IOException {
        try (JsonReader reader =
                Json.createReader(Files.newBufferedReader(Path.of("spec/cases.json")))) {
            JsonArray cases = reader.readArray();
            assertThat(cases).isNotEmpty();
            return cases.stream()
                    .map(JsonValue::asJsonObject)
                    .map(
                            one ->
                                    dynamicTest(
                                            one.getString("name"),
                                            () -> play(one.getJsonArray("steps"), opening)));
        }
    }

    private static void play(JsonArray steps, Opening opening) throws Exception {
        try (TestServer server = TestServer.start()) {
            JsonObject first = steps.getJsonObject(0);
            if (first.containsKey("expectStatus")) {
                TestSocket.Refused refused =
                        catchThrowableOfType(
                                TestSocket.Refused.class, () -> opening.open(server, null));
                assertThat(refused.status()).isEqualTo(first.getInt("expectStatus"));
                return;
            }
            try (TestSocket socket = opening.open(server, Sessions.SUBPROTOCOL)) {
                new Transcript(socket).play(steps);
            }
        }
    }
}
