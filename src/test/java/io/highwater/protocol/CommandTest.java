package io.highwater.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client writes is what the server reads. */
final class CommandTest {
    private static final Codec CODEC = new Codec();
    private static final Position POSITION = new Position("eu", 7, 88, 105);

    static Stream<Command> commands() {
        return Stream.of(
                new Command.Hello(null, "device-7", null),
                new Command.Hello(1, "device-7", 3),
                new Command.Subscribe(2, "room.42", null, null, null),
                new Command.Subscribe(2, "room.42", null, 500, true),
                new Command.Subscribe(2, "room.42", null, null, false),
                new Command.Subscribe(2, "room.42", new Since.Latest(), null, null),
                new Command.Subscribe(2, "room.42", new Since.After(POSITION), 500, null),
                new Command.Subscribe(
                        2,
                        "room.42",
                        new Since.After(POSITION.with(new Position("u\"s", 1, 2, 3))),
                        null,
                        null),
                new Command.Unsubscribe(3, "room.42"),
                new Command.HistoryQuery(5, "room.42", null, null, null, null, null),
                new Command.HistoryQuery(5, "room.42", "eu", "7-88-105", null, null, 200),
                new Command.HistoryQuery(5, "room.42", "eu", null, "7-88-105", null, 200),
                new Command.HistoryQuery(
                        5, "room.42", null, null, null, "2026-11-29T08:00:00.25Z", null),
                new Command.PresenceQuery(6, "room.42"),
                new Command.Ping(null),
                new Command.Ping(8));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void whatIsWrittenIsReadAgain(Command command) {
        assertThat(decoded(command)).isEqualTo(command);
    }

    @Test
    void aPublishIsReadAgainByteForByte() {
        byte[] data = "{ \"n\":1.10, \"s\":\"\\u00e9\" }".getBytes(UTF_8);
        Command.Publish publish =
                new Command.Publish(
                        4, "room.42", "m1", "a\n\"\u00e9", true, "local", "7-88-105", data);
        Command.Publish read = (Command.Publish) decoded(publish);
        assertThat(read.data()).isEqualTo(data);
        assertThat(read.positionAfter()).isEqualTo(new Position("local", 7, 88, 105));
        assertThat(read).usingRecursiveComparison().isEqualTo(publish);
        Command.Publish plain =
                new Command.Publish(4, "room.42", "m1", null, null, null, null, new byte[] {'1'});
        assertThat(decoded(plain)).usingRecursiveComparison().isEqualTo(plain);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, -, -, -, -",
                "eu, 7-88-105, -, -, -",
                "eu, -, 7-88-105, -, -",
                "-, -, -, 2026-11-29T08:00:00Z, -",
                "-, 7-88-105, -, -, origin: must be there with after",
                "-, -, 7-88-105, -, origin: must be there with before",
                "eu, -, -, -, origin: can't be there without after or before",
                "eu, -, -, 2026-11-29T08:00:00Z, origin: can't be there without after or before",
                "eu, 7-88-105, 7-88-105, -, before: can't be there with after",
                "eu, 7-88-105, -, 2026-11-29T08:00:00Z, at: can't be there with after or before",
            })
    void aHistoryBeginsInOnePlace(
            String origin, String after, String before, String at, String problem) {
        assertThat(new Command.HistoryQuery(5, "c", origin, after, before, at, null).problem())
                .isEqualTo(problem);
    }

    private static Decoded decoded(Command command) {
        ByteBuffer json = command.json();
        byte[] message = new byte[json.remaining()];
        json.get(message);
        return CODEC.decode(message);
    }
}
