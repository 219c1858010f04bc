package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ChatMessageTest {
    private static final int BYTES = 128;

    private final ChatMessage message = new ChatMessage(BYTES);

    private byte[] delivered(long sequence, long atNanos) {
        return message.number(FanoutMessage.Form.DELIVERED, sequence, atNanos).clone();
    }

    private long read(byte[] bytes) {
        return message.read(ByteBuffer.wrap(bytes), 0, bytes.length);
    }

    private static JsonObject json(byte[] bytes) {
        return Json.createReader(new ByteArrayInputStream(bytes)).readObject();
    }

    @Test
    void theDeliveredFormHasTheWantedSizeAndIsReadBack() {
        byte[] bytes = delivered(42, -7);

        assertThat(bytes).hasSize(BYTES);
        assertThat(read(bytes)).isEqualTo(42);
        assertThat(message.sentAtNanos()).isEqualTo(-7);
    }

    @Test
    void theCommandIsWhatTheServerMakesTheDeliveredFormOf() {
        JsonObject command = json(message.number(FanoutMessage.Form.COMMAND, 42, 1));
        JsonObject expected =
                Json.createObjectBuilder(json(delivered(42, 1))).remove("type").build();

        assertThat(command).isEqualTo(expected);
        assertThat(command.getString("id")).isEqualTo("0000002a");
        assertThat(command.getString("name")).isEqualTo("bench");
    }

    @Test
    void theSmallestSizeHasRoomForTheNumbers() {
        ChatMessage smallest = new ChatMessage(ChatMessage.minBytes());
        byte[] bytes = smallest.number(FanoutMessage.Form.DELIVERED, 3, 4);

        assertThat(bytes).hasSize(ChatMessage.minBytes());
        assertThat(smallest.read(ByteBuffer.wrap(bytes), 0, bytes.length)).isEqualTo(3);
    }

    @Test
    void aCutOrChangedMessageIsWrong() {
        byte[] bytes = delivered(42, 1);
        byte[] cut =
                new String(bytes, StandardCharsets.US_ASCII)
                        .replaceFirst("x", "")
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] changed = bytes.clone();
        changed[BYTES - 3] = 'y';

        assertThat(read(cut)).isEqualTo(FanoutMessage.WRONG);
        assertThat(read(changed)).isEqualTo(FanoutMessage.WRONG);
    }

    @Test
    void aWelcomeIsNoneOfThem() {
        byte[] welcome = "{\"type\":\"welcome\"}".getBytes(StandardCharsets.US_ASCII);
        byte[] long_ =
                ("{\"type\":\"welcome\",\"pad\":\"" + "p".repeat(BYTES - 27) + "\"}")
                        .getBytes(StandardCharsets.US_ASCII);

        assertThat(long_).hasSize(BYTES);
        assertThat(read(welcome)).isEqualTo(FanoutMessage.NONE);
        assertThat(read(long_)).isEqualTo(FanoutMessage.NONE);
    }
}
