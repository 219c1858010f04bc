package io.highwater.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Entry;
import io.highwater.backbone.Level;
import io.highwater.backbone.Position;
import io.highwater.channel.HistoryPage;
import io.highwater.channel.Presence;
import io.highwater.channel.SubscribeOutcome;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The texts of docs/protocol.md, word by word. */
final class ReplyTest {
    private static final Position POSITION = new Position("local", 7, 88, 105);

    private static Entry entry(String data) {
        return new Entry(
                "room.42",
                POSITION,
                null,
                "m1",
                null,
                false,
                data.getBytes(StandardCharsets.UTF_8),
                0);
    }

    private static String text(ByteBuffer reply) {
        return StandardCharsets.UTF_8.decode(reply).toString();
    }

    @Test
    void welcome() {
        assertThat(text(Reply.welcome(1, "s1", "node \"7\"", 25, 65536)))
                .isEqualTo(
                        "{\"type\":\"welcome\",\"id\":1,\"session\":\"s1\",\"node\":\"node \\\"7\\\"\","
                                + "\"pingSeconds\":25,\"reconnect\":{\"baseMs\":500,\"capMs\":20000},"
                                + "\"maxMessageBytes\":65536}");
    }

    @Test
    void subscribed() {
        Map<String, Position> cursor = Map.of("local", POSITION);
        assertThat(text(Reply.subscribed(new SubscribeOutcome.Recovered("c", 2, cursor))))
                .isEqualTo(
                        "{\"type\":\"subscribed\",\"id\":2,\"channel\":\"c\",\"recovered\":true,"
                                + "\"cursor\":{\"local\":\"7-88-105\"}}");
        assertThat(
                        text(
                                Reply.subscribed(
                                        new SubscribeOutcome.NotRecovered(
                                                "c",
                                                2,
                                                SubscribeOutcome.Reason.UNKNOWN_POSITION,
                                                cursor))))
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
        assertThat(text(Reply.message(entry("{ \"n\": 1.10 }"))))
                .isEqualTo(start + ",\"data\":{ \"n\": 1.10 }}");
        assertThat(text(Reply.snapshot(entry("1"))))
                .isEqualTo(start + ",\"snapshot\":true,\"data\":1}");
        Entry keyed =
                new Entry(
                        "room.42",
                        POSITION,
                        new Position("local", 6, 9, 41),
                        "m1",
                        "a\n\"\u00e9\\\u0001",
                        true,
                        new byte[] {'1'},
                        0);
        assertThat(text(Reply.message(keyed)))
                .isEqualTo(
                        start
                                + ",\"previous\":\"6-9-41\",\"key\":\"a\\u000a\\\"\u00e9\\\\\\u0001\","
                                + "\"data\":1}");
    }

    @Test
    void skippedAndPublishedAndTheOthers() {
        assertThat(text(Reply.skipped("c", new Position("local", 7, 80, 22), POSITION, 84)))
                .isEqualTo(
                        "{\"type\":\"skipped\",\"channel\":\"c\",\"origin\":\"local\","
                                + "\"from\":\"7-80-22\",\"to\":\"7-88-105\",\"count\":84,"
                                + "\"reason\":\"OVERFLOW\"}");
        assertThat(text(Reply.published(4, "m1", new Appended(POSITION, Level.MEMORY, false))))
                .isEqualTo(
                        "{\"type\":\"published\",\"id\":4,\"msgId\":\"m1\",\"origin\":\"local\","
                                + "\"position\":\"7-88-105\",\"level\":\"memory\",\"duplicate\":false}");
        assertThat(text(Reply.unsubscribed(3, "c")))
                .isEqualTo("{\"type\":\"unsubscribed\",\"id\":3,\"channel\":\"c\"}");
        assertThat(text(Reply.presence(6, "c", new Presence(3, List.of("a", "b")))))
                .isEqualTo(
                        "{\"type\":\"presence\",\"id\":6,\"channel\":\"c\",\"count\":3,"
                                + "\"clients\":[\"a\",\"b\"]}");
        assertThat(text(Reply.pong(8))).isEqualTo("{\"type\":\"pong\",\"id\":8}");
        assertThat(text(Reply.drain(18250, "node-7")))
                .isEqualTo("{\"type\":\"drain\",\"retryAfterMs\":18250,\"avoid\":\"node-7\"}");
        assertThat(text(Reply.error(null, ErrorCode.BAD_REQUEST, "type: no")))
                .isEqualTo(
                        "{\"type\":\"error\",\"code\":\"BAD_REQUEST\",\"message\":\"type: no\"}");
        assertThat(text(Reply.error(4, ErrorCode.UNAVAILABLE, "later", 800)))
                .isEqualTo(
                        "{\"type\":\"error\",\"id\":4,\"code\":\"UNAVAILABLE\",\"message\":\"later\","
                                + "\"retryAfterMs\":800}");
        assertThat(text(Reply.outOfOrder(4, "m0"))).endsWith(",\"msgId\":\"m0\"}");
    }

    @Test
    void historyStaysWithinItsBytesButForOneEntry() {
        HistoryPage page = new HistoryPage(Collections.nCopies(10, entry("1")), true);
        String all = text(Reply.history(5, "c", page, 64 * 1024));
        assertThat(all).endsWith("}],\"complete\":true}");
        int bytes = all.length();
        assertThat(text(Reply.history(5, "c", page, bytes + 1))).isEqualTo(all);
        String less = text(Reply.history(5, "c", page, bytes - 1));
        assertThat(less).endsWith("}],\"complete\":false}").hasSizeLessThan(bytes - 1);
        assertThat(less.split("\"msgId\"", -1)).hasSize(10);
        assertThat(text(Reply.history(5, "c", page, 1)).split("\"msgId\"", -1)).hasSize(2);
        assertThat(text(Reply.history(5, "c", new HistoryPage(List.of(), true), 1)))
                .isEqualTo(
                        "{\"type\":\"history\",\"id\":5,\"channel\":\"c\",\"messages\":[],"
                                + "\"complete\":true}");
    }
}
