package io.highwater.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server writes is what a client reads. */
final class ReplyReaderTest {
    private static final Position POSITION = new Position("eu", 7, 88, 105);

    private static Reply.Message message(Reply.Message.Mark mark, String data) {
        return new Reply.Message(
                "room.42",
                "m1",
                POSITION,
                new Position("eu", 6, 9, 41),
                "a\n\"\u00e9",
                mark,
                data.getBytes(UTF_8));
    }

    static Stream<Reply> replies() {
        return Stream.of(
                new Reply.Welcome(1, "s1", "node \"7\"", 25, Reply.Reconnect.defaults(), 65_536),
                new Reply.Welcome(null, "s1", "n", 0, new Reply.Reconnect(1, 2), 1),
                new Reply.Subscribed(2, "c", null, POSITION),
                new Reply.Subscribed(2, "c", null, POSITION.with(new Position("us", 1, 2, 3))),
                new Reply.Subscribed(2, "c", ResumeFailure.LIMIT, POSITION),
                new Reply.Unsubscribed(3, "c"),
                message(Reply.Message.Mark.NONE, "{ \"n\":1.10 }"),
                message(Reply.Message.Mark.SNAPSHOT, "null"),
                message(Reply.Message.Mark.LATE, "[1, 2]"),
                new Reply.Message(
                        "c", "m", POSITION, null, null, Reply.Message.Mark.NONE, new byte[] {'1'}),
                new Reply.Message(
                        "c",
                        "m",
                        null,
                        null,
                        null,
                        Reply.Message.Mark.NONE,
                        new byte[] {'1'},
                        "zo\u00eb \"@"),
                new Reply.Skipped("c", new Position("eu", 7, 80, 22), POSITION, 84),
                new Reply.Published(4, "m1", POSITION, "durable", true),
                new Reply.History(5, "c", List.of(), true),
                new Reply.History(
                        5,
                        "c",
                        List.of(
                                message(Reply.Message.Mark.NONE, "1"),
                                message(Reply.Message.Mark.NONE, "\"\\u00e9\"")),
                        false),
                new Reply.Present(6, "c", 3, List.of("a", "b")),
                new Reply.Present(6, "c", 0, List.of()),
                new Reply.PresenceChange(
                        "c",
                        true,
                        3,
                        new Reply.Members(3, List.of("a", "a")),
                        new Reply.Members(0, List.of())),
                new Reply.PresenceChange(
                        "c",
                        false,
                        1,
                        new Reply.Members(0, List.of()),
                        new Reply.Members(2, List.of("b"))),
                new Reply.Pong(8),
                new Reply.Drain(18_250, "node-7"),
                new Reply.Failed(null, ErrorCode.BAD_REQUEST, "type: no"),
                new Reply.Failed(4, ErrorCode.UNAVAILABLE, "later", 800L, null),
                Reply.Failed.outOfOrder(4, "m0"));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void whatIsWrittenIsReadAgain(Reply reply) throws MalformedReply {
        assertThat(ReplyReader.read(bytes(reply.json())).orElseThrow())
                .usingRecursiveComparison()
                .isEqualTo(reply);
    }

    private static byte[] bytes(ByteBuffer json) {
        byte[] bytes = new byte[json.remaining()];
        json.get(bytes);
        return bytes;
    }

    @Test
    void dataThatNestsAsDeepAsItMayPassesInAHistory() throws MalformedReply {
        int depth = JsonScanner.MAX_DEPTH - 1;
        String data = "[".repeat(depth) + "]".repeat(depth);
        Reply.Message message = message(Reply.Message.Mark.NONE, data);
        Reply.History history = new Reply.History(5, "c", List.of(message), true);
        Reply.History read = (Reply.History) ReplyReader.read(bytes(history.json())).orElseThrow();
        assertThat(read.messages().get(0).data()).isEqualTo(data.getBytes(UTF_8));
    }

    @Test
    void aTypeOfALaterServerIsNothing() throws MalformedReply {
        assertThat(read("{\"type\":\"applause\",\"id\":1}")).isEmpty();
    }

    @Test
    void unknownMembersAreIgnored() throws MalformedReply {
        assertThat(read("{\"colour\":{\"red\":[1]},\"type\":\"pong\",\"id\":8,\"id2\":null}"))
                .contains(new Reply.Pong(8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"type\":1}",
                "{\"type\":\"pong\"}",
                "{\"type\":\"pong\",\"id\":\"8\"}",
                "{\"type\":\"pong\",\"id\":8} ,",
                "{\"type\":\"unsubscribed\",\"id\":3,\"channel\":3}",
                "{\"type\":\"subscribed\",\"id\":2,\"channel\":\"c\",\"recovered\":1,"
                        + "\"cursor\":{\"eu\":\"1-2-3\"}}",
                "{\"type\":\"subscribed\",\"id\":2,\"channel\":\"c\",\"recovered\":true,"
                        + "\"cursor\":{}}",
                "{\"type\":\"subscribed\",\"id\":2,\"channel\":\"c\",\"recovered\":true,"
                        + "\"cursor\":{\"eu\":\"1-2\"}}",
                "{\"type\":\"subscribed\",\"id\":2,\"channel\":\"c\",\"recovered\":false,"
                        + "\"reason\":\"TIRED\",\"cursor\":{\"eu\":\"1-2-3\"}}",
                "{\"type\":\"message\",\"channel\":\"c\",\"msgId\":\"m\",\"origin\":\"eu\","
                        + "\"position\":\"1-2-3\"}",
                "{\"type\":\"history\",\"id\":5,\"channel\":\"c\",\"messages\":{}}",
                "{\"type\":\"history\",\"id\":5,\"channel\":\"c\",\"messages\":[1]}",
                "{\"type\":\"presence\",\"id\":6,\"channel\":\"c\",\"count\":1,\"clients\":[1]}",
                "{\"type\":\"error\",\"code\":\"WHATEVER\",\"message\":\"no\"}"
            })
    void whatIsNotOfTheProtocolIsSaidSo(String text) {
        assertThatThrownBy(() -> read(text)).as(text).isInstanceOf(MalformedReply.class);
    }

    private static Optional<Reply> read(String text) throws MalformedReply {
        return ReplyReader.read(text.getBytes(UTF_8));
    }
}
