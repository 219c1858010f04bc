package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.bench.client.BenchException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BackboneMessageTest {
    private final BackboneMessage message = new BackboneMessage(40);

    @Test
    void whatIsPublishedIsReadBackFromTheDeliveredForm() {
        String command = new String(message.number(0x1f, 0xabcdeL, 77), StandardCharsets.US_ASCII);
        assertThat(command)
                .startsWith(
                        "{\"type\":\"publish\",\"id\":1,\"channel\":\"bench.001f\","
                                + "\"msgId\":\"00000000000abcde\",\"data\":\"#");
        assertThat(BackboneMessage.channel(0x1f)).isEqualTo("bench.001f");
        String data = command.substring(command.indexOf("\"data\""));
        ByteBuffer delivered = bytes("{\"type\":\"message\",\"channel\":\"bench.001f\"," + data);

        assertThat(message.read(delivered, 0, delivered.limit())).isEqualTo(0xabcdeL);
        assertThat(message.sentAtNanos(delivered, 0, delivered.limit())).isEqualTo(77);
    }

    @Test
    void otherRepliesAreToldApart() {
        ByteBuffer published = bytes("{\"type\":\"published\",\"id\":1}");
        ByteBuffer error = bytes("{\"type\":\"error\",\"code\":\"UNAVAILABLE\"}");

        assertThat(BackboneMessage.isPublished(published, 0, published.limit())).isTrue();
        assertThat(message.read(published, 0, published.limit())).isEqualTo(BackboneMessage.NONE);
        BackboneMessage.throwError(published, 0, published.limit());
        assertThatThrownBy(() -> BackboneMessage.throwError(error, 0, error.limit()))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("UNAVAILABLE");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
