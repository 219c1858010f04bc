package io.highwater.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CodecTest {
    private static final Codec CODEC = new Codec();

    private static Decoded decode(String message) {
        return CODEC.decode(message.getBytes(StandardCharsets.UTF_8));
    }

    private static BadRequest refused(String message) {
        assertThat(decode(message)).as(message).isInstanceOf(BadRequest.class);
        return (BadRequest) decode(message);
    }

    private static String data(String data) {
        String publish =
                "{\"type\":\"publish\",\"id\":4,\"channel\":\"c\",\"msgId\":\"m\",\"data\":";
        Decoded decoded = decode(publish + data + "}");
        assertThat(decoded).as(data).isInstanceOf(Command.Publish.class);
        return new String(((Command.Publish) decoded).data(), StandardCharsets.UTF_8);
    }

    private static BadRequest refusedData(String data) {
        return refused(
                "{\"type\":\"publish\",\"id\":4,\"channel\":\"c\",\"msgId\":\"m\",\"data\":"
                        + data
                        + "}");
    }

    @Test
    void everyCommandOfTheProtocolIsRead() {
        assertThat(decode("{\"type\":\"hello\",\"id\":1,\"client\":\"device-7\",\"attempt\":2}"))
                .isEqualTo(new Command.Hello(1, "device-7", 2));
        assertThat(decode("{\"type\":\"hello\",\"client\":\"a\"}"))
                .isEqualTo(new Command.Hello(null, "a", null));
        Position position = new Position("local", 1795301843554L, 88213, 105);
        assertThat(
                        decode(
                                "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"room.42\","
                                        + "\"since\":{\"local\":\"1795301843554-88213-105\"},"
                                        + "\"limit\":500}"))
                .isEqualTo(
                        new Command.Subscribe(2, "room.42", new Since.After(position), 500, null));
        assertThat(
                        decode(
                                "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"p\",\"since\":\"latest\"}"))
                .isEqualTo(new Command.Subscribe(2, "p", new Since.Latest(), null, null));
        assertThat(decode("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"p\",\"since\":null}"))
                .isEqualTo(new Command.Subscribe(2, "p", null, null, null));
        assertThat(decode("{\"type\":\"unsubscribe\",\"id\":3,\"channel\":\"room.42\"}"))
                .isEqualTo(new Command.Unsubscribe(3, "room.42"));
        Decoded history =
                decode(
                        "{\"type\":\"history\",\"id\":5,\"channel\":\"r\",\"origin\":\"local\","
                                + "\"after\":\"1795301843554-88213-105\",\"limit\":200}");
        assertThat(((Command.HistoryQuery) history).positionAfter()).isEqualTo(position);
        Decoded backwards =
                decode(
                        "{\"type\":\"history\",\"id\":5,\"channel\":\"r\",\"origin\":\"local\","
                                + "\"before\":\"1795301843554-88213-105\"}");
        assertThat(((Command.HistoryQuery) backwards).positionBefore()).isEqualTo(position);
        Decoded from =
                decode(
                        "{\"type\":\"history\",\"id\":5,\"channel\":\"r\","
                                + "\"at\":\"2026-11-29T08:00:00.5Z\"}");
        assertThat(((Command.HistoryQuery) from).instant())
                .isEqualTo(Instant.parse("2026-11-29T08:00:00.5Z"));
        assertThat(decode("{\"type\":\"presence\",\"id\":6,\"channel\":\"r\"}"))
                .isEqualTo(new Command.PresenceQuery(6, "r"));
        assertThat(decode("{\"type\":\"ping\",\"id\":8}")).isEqualTo(new Command.Ping(8));
        assertThat(decode(" \n{ \"type\" :\t\"ping\" }\r ")).isEqualTo(new Command.Ping(null));
    }

    @Test
    void aCursorMayHaveSeveralOrigins() {
        assertThat(
                        decode(
                                "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"c\","
                                        + "\"since\":{\"eu\":\"1-2-3\",\"us\":\"4-5-6\"}}"))
                .isEqualTo(
                        new Command.Subscribe(
                                2,
                                "c",
                                new Since.After(
                                        Cursor.of(
                                                List.of(
                                                        new Position("us", 4, 5, 6),
                                                        new Position("eu", 1, 2, 3)))),
                                null,
                                null));
    }

    @Test
    void aPublishHasItsDataByteForByte() {
        Command.Publish publish =
                (Command.Publish)
                        decode(
                                "{\"data\":{ \"n\":1.10, \"s\":\"\\u00e9\u00e9\" } ,\"secret\":true,"
                                        + "\"key\":\"EUR\\nUSD\u00e9\",\"msgId\":\"0192f_-A\","
                                        + "\"channel\":\"a.b_c:d/e-9\",\"id\":2147483647,"
                                        + "\"type\":\"publish\"}");
        assertThat(new String(publish.data(), StandardCharsets.UTF_8))
                .isEqualTo("{ \"n\":1.10, \"s\":\"\\u00e9\u00e9\" }");
        assertThat(publish.isSecret()).isTrue();
        assertThat(publish.key()).isEqualTo("EUR\nUSD\u00e9");
        assertThat(publish.id()).isEqualTo(Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "0",
                "-0",
                "-1.5e+3",
                "1E9",
                "\"\"",
                "[]",
                "{}",
                "[1, [2,\t3] ]",
                "\"\\ud83d\\ude00\"",
                "{\"a\":1,\"a\":2}",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""
            })
    void dataMayBeAnyJson(String data) {
        assertThat(data(data)).isEqualTo(data);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tru",
                "nul",
                "01",
                "+1",
                ".5",
                "1.",
                "1e",
                "-",
                "NaN",
                "'a'",
                "[1,]",
                "[1 2]",
                "{\"a\"}",
                "{a:1}",
                "{\"a\":1,}",
                "[",
                "{\"a\":",
                "\"a",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\u0007\"",
                "1//c",
                "\"\\ud83d\"",
                "\"\\ud83dx\"",
                "\"\\ude00\"",
                "\"\\ud83d\\ud83d\"",
                "\"\\ud83d\\n\""
            })
    void whatIsNoJsonIsRefusedAndTheIdIsKnown(String data) {
        assertThat(refusedData(data).id()).isEqualTo(4);
    }

    @Test
    void nestingEndsAtSixtyFour() {
        // The message itself is the first level.
        assertThat(data("[".repeat(63) + "]".repeat(63))).hasSize(126);
        assertThat(refusedData("[".repeat(64) + "]".repeat(64)).message()).contains("64 deep");
        assertThat(refusedData("{\"a\":".repeat(64) + "1" + "}".repeat(64)).message())
                .contains("64 deep");
        assertThat(refusedData("[".repeat(60_000)).id()).isEqualTo(4);
        assertThat(refused("{\"type\":\"ping\",\"x\":" + "[".repeat(64) + "]".repeat(64) + "}"))
                .isNotNull();
        // What was closed again does not count.
        assertThat(data("[" + "[[]],".repeat(500) + "[]]")).isNotEmpty();
    }

    @Test
    void numbersEndAtAHundredDigits() {
        assertThat(data("1".repeat(100))).hasSize(100);
        assertThat(data("-" + "1".repeat(50) + "." + "2".repeat(47) + "e-123")).hasSize(104);
        assertThat(refusedData("1".repeat(101)).message()).contains("100 digits");
        assertThat(refusedData("1." + "0".repeat(399)).message()).contains("100 digits");
        assertThat(refusedData("1e" + "9".repeat(400)).message()).contains("100 digits");
        assertThat(refused("{\"type\":\"ping\",\"id\":" + "9".repeat(400) + "}").id()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{nope|not JSON|",
                "[]|not a JSON object|",
                "``|not a JSON object|",
                "{}|type|",
                "{\"type\":\"ping\"} x|more after|",
                "\uFEFF{\"type\":\"ping\"}|not a JSON object|",
                "{\"type\":7,\"id\":3}|type|3",
                "{\"type\":\"dance\",\"id\":3}|type|3",
                "{\"type\":\"ack\",\"id\":3}|type|3",
                "{\"type\":\"ping\",\"type\":\"ping\",\"id\":3}|type|3",
                "{\"type\":\"ping\",\"id\":3,\"id\":4}|id|",
                "{\"type\":\"ping\",\"id\":0}|id|",
                "{\"type\":\"ping\",\"id\":-1}|id|",
                "{\"type\":\"ping\",\"id\":2147483648}|id|",
                "{\"type\":\"ping\",\"id\":1.0}|id|",
                "{\"type\":\"ping\",\"id\":\"1\"}|id|",
                "{\"type\":\"hello\",\"id\":3}|client|3",
                "{\"type\":\"hello\",\"id\":3,\"client\":null}|client|3",
                "{\"type\":\"hello\",\"id\":3,\"client\":\"a b\"}|client|3",
                "{\"type\":\"hello\",\"id\":3,\"client\":\"\"}|client|3",
                "{\"type\":\"hello\",\"id\":3,\"client\":\"a\",\"attempt\":-1}|attempt|3",
                "{\"type\":\"hello\",\"id\":3,\"client\":\"a\",\"client\":\"b\"}|client|3",
                "{\"type\":\"subscribe\",\"channel\":\"c\"}|id|",
                "{\"type\":\"subscribe\",\"id\":3}|channel|3",
                "{\"type\":\"subscribe\",\"id\":3,\"channel\":\"white space\"}|channel|3",
                "{\"type\":\"subscribe\",\"id\":3,\"channel\":5}|channel|3",
                "{\"type\":\"subscribe\",\"id\":3,\"channel\":\"c\",\"limit\":0}|limit|3",
                "{\"type\":\"subscribe\",\"id\":3,\"channel\":\"c\",\"since\":\"now\"}|since|3",
                "{\"type\":\"subscribe\",\"id\":3,\"channel\":\"c\",\"since\":5}|since|3",
                "{\"type\":\"subscribe\",\"id\":3,\"channel\":\"c\",\"since\":{}}|since|3",
                "{\"type\":\"subscribe\",\"id\":3,\"channel\":\"c\",\"since\":{\"o\":1}}|since|3",
                "{\"type\":\"subscribe\",\"id\":3,\"channel\":\"c\",\"since\":{\"o\":\"1-1\"}}|since|3",
                "{\"type\":\"subscribe\",\"id\":3,\"channel\":\"c\",\"since\":{\"a\":\"1-1-1\",\"b\":\"1\"}}|since|3",
                "{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"data\":1}|msgId|3",
                "{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"msgId\":\"m.\",\"data\":1}|msgId|3",
                "{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"msgId\":\"m\"}|data|3",
                "{\"type\":\"publish\",\"channel\":\"c\",\"msgId\":\"m\",\"data\":1}|id|",
                "{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"msgId\":\"m\",\"data\":1,\"data\":1}|data|3",
                "{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"msgId\":\"m\",\"data\":1,\"key\":\"\"}|key|3",
                "{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"msgId\":\"m\",\"data\":1,\"secret\":\"true\"}|secret|3",
                "{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"msgId\":\"m\",\"data\":1,\"origin\":\"o\",\"after\":\"1\"}|after|3",
                "{\"type\":\"history\",\"id\":3,\"channel\":\"c\",\"origin\":\"o\",\"after\":\"x\"}|after|3",
                "{\"type\":\"history\",\"id\":3,\"channel\":\"c\",\"origin\":\"o\",\"before\":\"x\"}|before|3",
                "{\"type\":\"history\",\"id\":3,\"channel\":\"c\",\"at\":\"2026-11-29\"}|at|3",
                "{\"type\":\"history\",\"id\":3,\"channel\":\"c\",\"at\":\"2026-11-29T08:00:00+01:00\"}|at|3",
                "{\"type\":\"history\",\"id\":3,\"channel\":\"c\",\"at\":8}|at|3",
            })
    void aRefusalNamesTheFieldAndTheId(String message, String named, Integer id) {
        BadRequest refused = refused(message == null ? "" : message);
        assertThat(refused.message()).contains(named);
        assertThat(refused.id()).isEqualTo(id);
    }

    @Test
    void whatIsAbsentMustBeThere() {
        assertThat(
                        refused("{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"data\":1}")
                                .message())
                .isEqualTo("msgId: must be there");
    }

    @ParameterizedTest
    @CsvSource({"channel,200", "client,64", "msgId,64", "key,200"})
    void namesEndAtTheirLength(String field, int most) {
        String all =
                "{\"type\":\"%s\",\"id\":1,\"client\":\"a\",\"channel\":\"a\",\"msgId\":\"a\","
                        + "\"key\":\"a\",\"data\":1}";
        String message = String.format(all, field.equals("client") ? "hello" : "publish");
        String before = "\"" + field + "\":\"a\"";
        String after = "\"" + field + "\":\"%s\"";
        assertThat(decode(message.replace(before, String.format(after, "a".repeat(most)))))
                .isInstanceOf(Command.class);
        assertThat(
                        refused(message.replace(before, String.format(after, "a".repeat(most + 1))))
                                .message())
                .startsWith(field + ":");
    }

    @Test
    void namesAndTypesMayBeEscaped() {
        assertThat(decode("{\"\\u0074ype\":\"p\\u0069ng\",\"\\u0069d\":8}"))
                .isEqualTo(new Command.Ping(8));
    }

    @Test
    void whatIsNotTheCommandsOwnIsIgnored() {
        assertThat(
                        decode(
                                "{\"type\":\"ping\",\"id\":8,\"channel\":5,\"data\":{},\"x\":1,"
                                        + "\"x\":2,\"limit\":\"no\"}"))
                .isEqualTo(new Command.Ping(8));
    }

    @Test
    void aRefusalSaysNothingThatTheClientSent() {
        assertThat(refused("{\"type\":\"hello\",\"client\":\"<b>${7*7}\"}").message())
                .doesNotContain("<b>")
                .doesNotContain("49");
    }
}
