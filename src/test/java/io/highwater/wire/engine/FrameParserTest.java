package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.ProtocolViolation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameParserTest {
    private static final long LIMIT = 100_000;

    private final FrameParser parser = new FrameParser(0);

    private static ByteBuffer hex(String bytes) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(bytes.replace(" ", "")));
    }

    private static String text(ByteBuffer payload) {
        return StandardCharsets.UTF_8.decode(payload).toString();
    }

    private ByteBuffer payload(ByteBuffer in) throws ProtocolViolation {
        ByteBuffer piece = in.slice(in.position(), (int) parser.frameRemaining());
        in.position(in.position() + piece.remaining());
        parser.payload(piece);
        return piece;
    }

    @Test
    void theMaskedTextMessageOfSection5Point7() throws ProtocolViolation {
        ByteBuffer in = hex("81 85 37fa213d 7f9f4d5158");
        assertThat(parser.header(in, LIMIT)).isEqualTo(Opcode.TEXT);
        assertThat(text(payload(in))).isEqualTo("Hello");
        assertThat(parser.isMessageEnd()).isTrue();
        assertThat(in.hasRemaining()).isFalse();
    }

    @Test
    void aFragmentedMessageWithAPingBetween() throws ProtocolViolation {
        ByteBuffer in = hex("01 83 00000000 48656c 89 81 00000001 40 80 82 00000000 6c6f");
        assertThat(parser.header(in, LIMIT)).isEqualTo(Opcode.TEXT);
        assertThat(text(payload(in))).isEqualTo("Hel");
        assertThat(parser.isMessageEnd()).isFalse();
        assertThat(parser.header(in, LIMIT)).isEqualTo(Opcode.PING);
        assertThat(text(parser.controlPayload(in))).isEqualTo("@");
        assertThat(parser.header(in, LIMIT)).isEqualTo(Opcode.CONTINUATION);
        assertThat(text(payload(in))).isEqualTo("lo");
        assertThat(parser.isMessageEnd()).isTrue();
        assertThat(in.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "81 05 48656c6c6f             | must be masked",
                "c1 80 00000000               | reserved bit",
                "a1 80 00000000               | reserved bit",
                "91 80 00000000               | reserved bit",
                "83 80 00000000               | opcode 3 is reserved",
                "8b 80 00000000               | opcode 11 is reserved",
                "80 80 00000000               | continuation frame without a message",
                "09 80 00000000               | must not be fragmented",
                "89 fe 007e 00000000          | over 125 bytes",
                "82 fe 007d 00000000          | shortest form",
                "82 ff 000000000000ffff 00000000 | shortest form",
                "82 ff 8000000000000000 00000000 | highest bit",
            })
    void whatRfc6455ForbidsIsAProtocolError(String bytes, String reason) {
        ProtocolViolation violation =
                catchThrowableOfType(
                        ProtocolViolation.class, () -> parser.header(hex(bytes), LIMIT));
        assertThat(violation.status().code()).isEqualTo(CloseStatus.PROTOCOL_ERROR);
        assertThat(violation.status().reason()).contains(reason);
    }

    @Test
    void aNewMessageInsideAFragmentedOneIsAProtocolError() throws ProtocolViolation {
        ByteBuffer in = hex("02 81 00000000 01 82 80 00000000");
        parser.header(in, LIMIT);
        payload(in);
        ProtocolViolation violation =
                catchThrowableOfType(ProtocolViolation.class, () -> parser.header(in, LIMIT));
        assertThat(violation.status().code()).isEqualTo(CloseStatus.PROTOCOL_ERROR);
    }

    @Test
    void anExtensionsBitMayStandInTheFirstFrameOnly() throws ProtocolViolation {
        FrameParser extended = new FrameParser(FrameParser.RSV1);
        ByteBuffer in = hex("41 80 00000000 c0 80 00000000");
        assertThat(extended.header(in, LIMIT)).isEqualTo(Opcode.TEXT);
        assertThat(extended.isExtended()).isTrue();
        extended.payload(ByteBuffer.allocate(0));
        assertThat(catchThrowableOfType(ProtocolViolation.class, () -> extended.header(in, LIMIT)))
                .isNotNull();
        assertThat(
                        catchThrowableOfType(
                                ProtocolViolation.class,
                                () ->
                                        new FrameParser(FrameParser.RSV1)
                                                .header(hex("c9 80 00000000"), LIMIT)))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"100000, false", "100001, true"})
    void aFrameOverTheLimitIsRefusedByItsHeader(int length, boolean refused) {
        ByteBuffer in =
                ByteBuffer.allocate(14).put((byte) 0x82).put((byte) 0xFF).putLong(length).putInt(0);
        ProtocolViolation violation =
                catchThrowableOfType(
                        ProtocolViolation.class, () -> parser.header(in.flip(), LIMIT));
        if (refused) {
            assertThat(violation.status().code()).isEqualTo(CloseStatus.TOO_BIG);
        } else {
            assertThat(violation).isNull();
        }
    }

    @Test
    void fragmentsTogetherAreLimitedWhileTheyArrive() throws ProtocolViolation {
        ByteBuffer in = hex("02 83 00000000 010203 00 82 00000000 0102");
        parser.header(in, 4);
        payload(in);
        ProtocolViolation violation =
                catchThrowableOfType(ProtocolViolation.class, () -> parser.header(in, 4));
        assertThat(violation.status().code()).isEqualTo(CloseStatus.TOO_BIG);
    }

    @Test
    void aHeaderThatIsNotThereYetIsLeftAlone() throws ProtocolViolation {
        byte[] whole = HexFormat.of().parseHex("82fe007e01020304");
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer part = ByteBuffer.wrap(whole, 0, length);
            assertThat(parser.header(part, LIMIT)).isNull();
            assertThat(part.position()).isZero();
        }
        assertThat(parser.header(ByteBuffer.wrap(whole), LIMIT)).isEqualTo(Opcode.BINARY);
        assertThat(parser.frameRemaining()).isEqualTo(126);
    }

    @Test
    void theMaskGoesOnOverPiecesOfAnyLength() throws ProtocolViolation {
        byte[] plain = new byte[1000];
        byte[] masked = new byte[1000];
        byte[] mask = {1, 2, 3, 4};
        for (int i = 0; i < plain.length; i++) {
            plain[i] = (byte) (i * 7);
            masked[i] = (byte) (plain[i] ^ mask[i & 3]);
        }
        parser.header(hex("82 fe 03e8 01020304"), LIMIT);
        ByteBuffer out = ByteBuffer.allocate(1000);
        for (int at = 0, length = 1; at < 1000; at += length, length++) {
            ByteBuffer piece = ByteBuffer.wrap(masked, at, Math.min(length, 1000 - at)).slice();
            parser.payload(piece);
            out.put(piece);
        }
        assertThat(out.array()).isEqualTo(plain);
        assertThat(parser.isMessageEnd()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"ff, 1", "c3 28, 2", "ed a0, 2", "f4 90, 2"})
    void malformedTextFailsAtItsFirstWrongByte(String bytes, int wrongAt) throws ProtocolViolation {
        ByteBuffer text = hex(bytes);
        parser.header(hex("81 a0 00000000"), LIMIT);
        for (int i = 1; i < wrongAt; i++) {
            parser.payload(ByteBuffer.wrap(new byte[] {text.get()}));
        }
        ProtocolViolation violation =
                catchThrowableOfType(
                        ProtocolViolation.class,
                        () -> parser.payload(ByteBuffer.wrap(new byte[] {text.get()})));
        assertThat(violation.status().code()).isEqualTo(CloseStatus.BAD_PAYLOAD);
    }

    @Test
    void aMessageThatEndsInsideACharacterIsNotText() throws ProtocolViolation {
        parser.header(hex("81 82 00000000"), LIMIT);
        ProtocolViolation violation =
                catchThrowableOfType(ProtocolViolation.class, () -> parser.payload(hex("41 c3")));
        assertThat(violation.status().code()).isEqualTo(CloseStatus.BAD_PAYLOAD);
    }
}
