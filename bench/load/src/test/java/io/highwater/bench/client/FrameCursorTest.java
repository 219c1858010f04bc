package io.highwater.bench.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes from RFC 6455 section 5.7. */
class FrameCursorTest {
    private static final String HELLO = "810548656c6c6f";
    private static final String HELLO_MASKED = "818537fa213d7f9f4d5158";

    private final FrameCursor cursor = new FrameCursor(FrameWriter.MAX_PAYLOAD_BYTES);

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    private String payload(ByteBuffer in) {
        byte[] payload = new byte[cursor.payloadLength()];
        in.get(cursor.payloadAt(), payload);
        return new String(payload, StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(strings = {HELLO, HELLO_MASKED})
    void aTextFrameIsReadWithAndWithoutMask(String frame) {
        ByteBuffer in = hex(frame);

        assertThat(cursor.next(in)).isTrue();
        assertThat(cursor.opcode()).isEqualTo(FrameCursor.TEXT);
        assertThat(cursor.fin()).isTrue();
        assertThat(payload(in)).isEqualTo("Hello");
        assertThat(in.hasRemaining()).isFalse();
    }

    @Test
    void aFrameThatIsNotWholeIsLeftWhereItIs() {
        byte[] whole = HexFormat.of().parseHex(HELLO_MASKED);
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer in = ByteBuffer.wrap(whole, 0, length);

            assertThat(cursor.next(in)).isFalse();
            assertThat(in.position()).isZero();
        }
        assertThat(whole).isEqualTo(HexFormat.of().parseHex(HELLO_MASKED));
    }

    @Test
    void framesThatFollowEachOtherAreReadInTurn() {
        ByteBuffer in = hex(HELLO_MASKED + "0103486564" + "8900");

        assertThat(cursor.next(in)).isTrue();
        assertThat(payload(in)).isEqualTo("Hello");
        assertThat(cursor.next(in)).isTrue();
        assertThat(cursor.fin()).isFalse();
        assertThat(payload(in)).isEqualTo("Hed");
        assertThat(cursor.next(in)).isTrue();
        assertThat(cursor.opcode()).isEqualTo(FrameCursor.PING);
        assertThat(cursor.next(in)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 5, 125, 126, 127, 256, 0xFFFF})
    void whatAClientWritesIsReadBack(int length) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (i * 7);
        }
        ByteBuffer frame = ByteBuffer.allocate(length + FrameWriter.MAX_HEADER_BYTES);
        FrameWriter.putMasked(frame, FrameCursor.BINARY, payload, length, 0xF1234567);
        ByteBuffer in = frame.flip();

        assertThat(cursor.next(in)).isTrue();
        assertThat(cursor.opcode()).isEqualTo(FrameCursor.BINARY);
        byte[] read = new byte[cursor.payloadLength()];
        in.get(cursor.payloadAt(), read);
        assertThat(read).isEqualTo(payload);
        assertThat(in.hasRemaining()).isFalse();
    }

    @Test
    void aServersFrameHasNoMask() {
        ByteBuffer out = ByteBuffer.allocate(7);
        FrameWriter.put(out, FrameCursor.TEXT, hex("ff48656c6c6fff"), 1, 5);

        assertThat(HexFormat.of().formatHex(out.array())).isEqualTo(HELLO);
    }

    @Test
    void aFrameLargerThanTheBuffersIsRefused() {
        assertThatThrownBy(() -> cursor.next(hex("827f0000000000010000")))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("65536");
    }
}
