package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.redis.StreamItem.Marker;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.backbone.redis.StreamItem.Unreadable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StreamFormatTest {
    @Test
    void whatThisVersionOnceWroteIsReadable() throws Exception {
        List<StreamItem> items = StreamFile.read("log-format-1.resp");
        assertThat(items.get(0))
                .isEqualTo(
                        new Marker(
                                new StreamId(1_796_114_967_359L, 0),
                                new StreamId(1_795_301_000_000L, 88_213)));
        Stored first = (Stored) items.get(1);
        assertThat(first.id()).isEqualTo(new StreamId(1_796_114_967_359L, 1));
        assertThat(first.wallMillis()).isEqualTo(1_796_114_967_360L);
        assertThat(first.channel()).isEqualTo("room.42");
        assertThat(first.channelSequence()).isEqualTo(1);
        assertThat(first.msgId()).isEqualTo("a1");
        assertThat(first.publisher()).isEqualTo("device-7");
        assertThat(first.secret()).isFalse();
        assertThat(first.key()).isNull();
        assertThat(new String(first.data(), UTF_8)).isEqualTo("{\"text\":\"Hello, w\u00f6rld\"}");
        Stored second = (Stored) items.get(2);
        assertThat(second.id()).isEqualTo(new StreamId(1_796_114_967_359L, 2));
        assertThat(second.secret()).isTrue();
        assertThat(second.key()).isEqualTo("EURUSD");
        assertThat(items).hasSize(3);
    }

    @Test
    void whatALaterVersionAddsIsIgnored() {
        Map<String, byte[]> fields = fields();
        fields.put("v", bytes("2"));
        fields.put("z", bytes("new"));
        fields.put("f", bytes("xs"));
        Stored entry = (Stored) StreamFormat.read("7-1", fields);
        assertThat(entry.secret()).isTrue();
        assertThat(entry.channel()).isEqualTo("c");
    }

    @Test
    void anEntryWithoutAFieldOrWithAWrongOneIsUnreadable() {
        for (String name : List.of("t", "c", "n", "i", "p", "f", "k", "d")) {
            Map<String, byte[]> fields = fields();
            fields.remove(name);
            assertThat(StreamFormat.read("7-1", fields))
                    .isEqualTo(new Unreadable(new StreamId(7, 1), "there is no field " + name));
        }
        Map<String, byte[]> fields = fields();
        fields.put("n", bytes("one"));
        assertThat(StreamFormat.read("7-1", fields))
                .isEqualTo(new Unreadable(new StreamId(7, 1), "the field n is no number"));
        assertThat(StreamFormat.read("7-0", Map.of("m", bytes("x"))))
                .isInstanceOf(Unreadable.class);
    }

    private static Map<String, byte[]> fields() {
        Map<String, byte[]> fields = new HashMap<>();
        for (String field : List.of("c", "i", "p", "d")) {
            fields.put(field, bytes(field));
        }
        fields.put("t", bytes("5"));
        fields.put("n", bytes("1"));
        fields.put("f", bytes(""));
        fields.put("k", bytes(""));
        fields.put("v", bytes("1"));
        return fields;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
