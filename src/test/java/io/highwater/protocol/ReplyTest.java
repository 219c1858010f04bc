package io.highwater.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The texts of docs/protocol.md, word by word. */
final class ReplyTest {
    private static final Position POSITION = new Position("local", 7, 88, 105);

    private static Reply.Message message(Reply.Message.Mark mark, String data) {
        return new Reply.Message(
                "room.42", "m1", POSITION, null, null, mark, data.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Reply reply) {
        return text(reply.json());
    }

    private static String text(ByteBuffer json) {
        return StandardCharsets.UTF_8.decode(json).toString();
    }

    @Test
    void welcome() {
        assertThat(
                        text(
                                new Reply.Welcome(
                                        1,
                                        "s1",
                                        "node \"7\"",
                                        25,
                                        Reply.Reconnect.defaults(),
                                        65536)))
                .isEqualTo(
                        "{\"type\":\"welcome\",\"id\":1,\"session\":\"s1\",\"node\":\"node \\\"7\\\"\","
                                + "\"pingSeconds\":25,\"reconnect\":{\"baseMs\":500,\"capMs\":20000},"
                                + "\"maxMessageBytes\":65536}");
    }

    @Test
    void subscribed() {
        assertThat(text(new Reply.Subscribed(2, "c", null, POSITION)))
                .isEqualTo(
                        "{\"type\":\"subscribed\",\"id\":2,\"channel\":\"c\",\"recovered\":true,"
                                + "\"cursor\":{\"local\":\"7-88-105\"}}");
        assertThat(text(new Reply.Subscribed(2, "c", ResumeFailure.UNKNOWN_POSITION, POSITION)))
                .isEqualTo(
                        "{\"type\":\"subscribed\",\"id\":2,\"channel\":\"c\",\"recovered\":false,"
                                + "\"reason\":\"UNKNOWN_POSITION\","
                                + "\"cursor\":{\"local\":\"7-88-105\"}}");
    }

    @Test
    void message() {
        String start =
                "{\"type\":\"message\",\"channel\":\"room.42\",\"msgId\":\"m1\",\"origin\":\"local\","
                        + "\"position\":\"7-88-105\"";
        assertThat(text(message(Reply.Message.Mark.NONE, "{ \"n\": 1.10 }")))
                .isEqualTo(start + ",\"data\":{ \"n\": 1.10 }}");
        assertThat(text(message(Reply.Message.Mark.SNAPSHOT, "1")))
                .isEqualTo(start + ",\"snapshot\":true,\"data\":1}");
        assertThat(text(message(Reply.Message.Mark.LATE, "1")))
                .isEqualTo(start + ",\"late\":true,\"data\":1}");
        Reply keyed =
                new Reply.Message(
                        "room.42",
                        "m1",
                        POSITION,
                        new Position("local", 6, 9, 41),
                        "a\n\"\u00e9\\\u0001",
                        Reply.Message.Mark.NONE,
                        new byte[] {'1'});
        assertThat(text(keyed))
                .isEqualTo(
                        start
                                + ",\"previous\":\"6-9-41\",\"key\":\"a\\u000a\\\"\u00e9\\\\\\u0001\","
                                + "\"data\":1}");
    }

    @Test
    void skippedAndPublishedAndTheOthers() {
        assertThat(text(new Reply.Skipped("c", new Position("local", 7, 80, 22), POSITION, 84)))
                .isEqualTo(
                        "{\"type\":\"skipped\",\"channel\":\"c\",\"origin\":\"local\","
                                + "\"from\":\"7-80-22\",\"to\":\"7-88-105\",\"count\":84,"
                                + "\"reason\":\"OVERFLOW\"}");
        assertThat(text(new Reply.Published(4, "m1", POSITION, "memory", false)))
                .isEqualTo(
                        "{\"type\":\"published\",\"id\":4,\"msgId\":\"m1\",\"origin\":\"local\","
                                + "\"position\":\"7-88-105\",\"level\":\"memory\",\"duplicate\":false}");
        assertThat(text(new Reply.Unsubscribed(3, "c")))
                .isEqualTo("{\"type\":\"unsubscribed\",\"id\":3,\"channel\":\"c\"}");
        assertThat(text(new Reply.Present(6, "c", 3, List.of("a", "b"))))
                .isEqualTo(
                        "{\"type\":\"presence\",\"id\":6,\"channel\":\"c\",\"count\":3,"
                                + "\"clients\":[\"a\",\"b\"]}");
        assertThat(text(new Reply.Pong(8))).isEqualTo("{\"type\":\"pong\",\"id\":8}");
        assertThat(text(new Reply.Drain(18250, "node-7")))
                .isEqualTo("{\"type\":\"drain\",\"retryAfterMs\":18250,\"avoid\":\"node-7\"}");
        assertThat(text(new Reply.Failed(null, ErrorCode.BAD_REQUEST, "type: no")))
                .isEqualTo(
                        "{\"type\":\"error\",\"code\":\"BAD_REQUEST\",\"message\":\"type: no\"}");
        assertThat(text(new Reply.Failed(4, ErrorCode.UNAVAILABLE, "later", 800L, null)))
                .isEqualTo(
                        "{\"type\":\"error\",\"id\":4,\"code\":\"UNAVAILABLE\",\"message\":\"later\","
                                + "\"retryAfterMs\":800}");
        assertThat(text(Reply.Failed.outOfOrder(4, "m0"))).endsWith(",\"msgId\":\"m0\"}");
    }

    @Test
    void historyStaysWithinItsBytesButForOneEntry() {
        Reply.Message message = message(Reply.Message.Mark.NONE, "1");
        List<Reply.Message> ten = Collections.nCopies(10, message);
        String all = text(new Reply.History(5, "c", ten, true));
        assertThat(all).endsWith("}],\"complete\":true}");
        int bytes = all.length();
        assertThat(fitting(message, bytes + 1)).isEqualTo(10);
        assertThat(fitting(message, bytes - 1)).isEqualTo(9);
        assertThat(fitting(message, 1)).isEqualTo(1);
        HistoryText less = new HistoryText(5, "c", bytes - 1);
        ten.forEach(less::add);
        assertThat(text(less.incomplete()))
                .endsWith("}],\"complete\":false}")
                .hasSizeLessThan(bytes - 1);
        assertThat(text(new Reply.History(5, "c", List.of(), true)))
                .isEqualTo(
                        "{\"type\":\"history\",\"id\":5,\"channel\":\"c\",\"messages\":[],"
                                + "\"complete\":true}");
    }

    private static int fitting(Reply.Message message, long maxBytes) {
        HistoryText text = new HistoryText(5, "c", maxBytes);
        int taken = 0;
        while (taken < 10 && text.add(message)) {
            taken++;
        }
        return taken;
    }
}
