package io.highwater.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.protocol.Codec;
import io.highwater.protocol.Command;
import io.highwater.protocol.Decoded;
import io.highwater.protocol.MalformedReply;
import io.highwater.protocol.Reply;
import io.highwater.protocol.ReplyReader;
import io.highwater.testing.TestSocket;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Plays one case of spec/cases.json on one connection, as spec/README.md says. What is sent and
 * what comes goes through the client's half of the protocol package too. Confined to its test.
 */
final class Transcript {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Codec CODEC = new Codec();

    private final TestSocket socket;
    private final Map<String, String> variables;
    private final Map<String, String> lastByType = new HashMap<>();
    private final Set<String> channels = new LinkedHashSet<>();
    private boolean closed;

    Transcript(TestSocket socket) {
        this(socket, new HashMap<>());
    }

    /**
     * @param variables what an earlier connection has met, too
     */
    Transcript(TestSocket socket, Map<String, String> variables) {
        this.socket = socket;
        this.variables = variables;
    }

    void play(JsonArray steps) throws IOException, InterruptedException {
        for (JsonValue step : steps) {
            play(step.asJsonObject());
        }
        if (!closed) {
            endQuietly();
        }
    }

    /** One step; more may come. */
    void play(JsonObject step) throws IOException, InterruptedException {
        if (step.containsKey("send")) {
            JsonObject message = filled(step.getJsonObject("send")).asJsonObject();
            if (message.containsKey("channel") && !message.getString("channel").contains(" ")) {
                channels.add(message.getString("channel"));
            }
            socket.text(asAClientWritesIt(message.toString()));
        } else if (step.containsKey("sendText")) {
            socket.text(step.getString("sendText"));
        } else if (step.containsKey("sendBinary")) {
            socket.binary(HexFormat.of().parseHex(step.getString("sendBinary")));
        } else if (step.containsKey("expect")) {
            expectAnyOrder(List.of(step.get("expect")));
        } else if (step.containsKey("expectAnyOrder")) {
            expectAnyOrder(step.getJsonArray("expectAnyOrder"));
        } else if (step.containsKey("expectRaw")) {
            assertThat(lastByType.get(step.getString("of"))).contains(step.getString("expectRaw"));
        } else if (step.containsKey("expectClose")) {
            TestSocket.Received end = next();
            assertThat(end.closeCode()).as(end.text()).isEqualTo(step.getInt("expectClose"));
            closed = true;
        } else {
            throw new IllegalArgumentException("unknown step: " + step);
        }
    }

    /**
     * Nothing may come that no step expects. What the channels still have for this session comes
     * before their answers here, as they answer on the same threads.
     */
    private void endQuietly() throws IOException, InterruptedException {
        for (String channel : channels) {
            socket.text("{\"type\":\"presence\",\"id\":77,\"channel\":\"" + channel + "\"}");
            // FORBIDDEN, perhaps.
            expectAnyOrder(List.of(parse("{\"id\":77}")));
        }
        socket.text("{\"type\":\"ping\",\"id\":78}");
        expectAnyOrder(List.of(parse("{\"type\":\"pong\",\"id\":78}")));
        socket.close(1000);
        assertThat(next().closeCode()).isEqualTo(1000);
        assertThat(socket.isQuiet()).isTrue();
    }

    private void expectAnyOrder(List<JsonValue> expected) throws InterruptedException {
        List<JsonValue> open = new ArrayList<>(expected);
        while (!open.isEmpty()) {
            TestSocket.Received received = next();
            assertThat(received.isClose()).as("closed with %s", received.closeCode()).isFalse();
            JsonObject message = parse(received.text());
            assertThat(parse(asAClientReadsIt(received.text()))).isEqualTo(message);
            lastByType.put(message.getString("type"), received.text());
            JsonValue met = null;
            for (JsonValue candidate : open) {
                if (met == null && matches(candidate, message)) {
                    met = candidate;
                }
            }
            assertThat(met).as("%s is none of %s", received.text(), open).isNotNull();
            open.remove(met);
        }
    }

    /** The same by way of a {@link Command}, where it is one. */
    private static String asAClientWritesIt(String message) {
        Decoded decoded = CODEC.decode(message.getBytes(UTF_8));
        if (!(decoded instanceof Command command)) {
            return message;
        }
        String written = UTF_8.decode(command.json()).toString();
        assertThat(parse(written)).isEqualTo(parse(message));
        return written;
    }

    /** By way of a {@link Reply}. */
    private static String asAClientReadsIt(String message) {
        try {
            Reply reply = ReplyReader.read(message.getBytes(UTF_8)).orElseThrow();
            return UTF_8.decode(reply.json()).toString();
        } catch (MalformedReply e) {
            throw new AssertionError(message, e);
        }
    }

    private TestSocket.Received next() throws InterruptedException {
        TestSocket.Received received = socket.next(PATIENCE);
        assertThat(received).as("nothing came").isNotNull();
        return received;
    }

    /** Whether the named parts are there; what variables meet is kept only where all are. */
    private boolean matches(JsonValue expected, JsonValue actual) {
        Map<String, String> met = new HashMap<>(variables);
        boolean matches = matches(expected, actual, met);
        if (matches) {
            variables.putAll(met);
        }
        return matches;
    }

    private static boolean matches(JsonValue expected, JsonValue actual, Map<String, String> met) {
        if (actual == null) {
            return false;
        }
        if (expected instanceof JsonString text && text.getString().startsWith("$")) {
            String value = actual instanceof JsonString s ? s.getString() : actual.toString();
            return value.equals(met.computeIfAbsent(text.getString(), name -> value));
        }
        if (expected instanceof JsonObject object) {
            return actual instanceof JsonObject other
                    && object.entrySet().stream()
                            .allMatch(
                                    part ->
                                            matches(
                                                    part.getValue(),
                                                    other.get(
                                                            met.getOrDefault(
                                                                    part.getKey(), part.getKey())),
                                                    met));
        }
        if (expected instanceof JsonArray list) {
            if (!(actual instanceof JsonArray other) || list.size() != other.size()) {
                return false;
            }
            for (int i = 0; i < list.size(); i++) {
                if (!matches(list.get(i), other.get(i), met)) {
                    return false;
                }
            }
            return true;
        }
        return expected.equals(actual);
    }

    /** The same with the values that variables have, as keys too. */
    private JsonValue filled(JsonValue value) {
        if (value instanceof JsonObject object) {
            var filled = Json.createObjectBuilder();
            object.forEach(
                    (name, part) -> filled.add(variables.getOrDefault(name, name), filled(part)));
            return filled.build();
        }
        if (value instanceof JsonString text && variables.containsKey(text.getString())) {
            return Json.createValue(variables.get(text.getString()));
        }
        return value;
    }

    static JsonObject parse(String json) {
        try (JsonReader reader = Json.createReader(new StringReader(json))) {
            return reader.readObject();
        }
    }
}
