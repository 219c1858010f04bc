package io.highwater.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloseStatusTest {
    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014})
    void registeredCodesTravel(int code) throws ProtocolViolation {
        assertThat(CloseStatus.read(payload(code, "why"))).isEqualTo(new CloseStatus(code, "why"));
    }

    @ParameterizedTest
    @ValueSource(ints = {3000, 3999, 4000, 4408, 4999})
    void librariesAndApplicationsHaveCodesOfTheirOwn(int code) throws ProtocolViolation {
        assertThat(CloseStatus.read(payload(code, ""))).isEqualTo(CloseStatus.of(code));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535})
    void otherCodesAreProtocolErrors(int code) {
        ProtocolViolation violation =
                catchThrowableOfType(
                        ProtocolViolation.class, () -> CloseStatus.read(payload(code, "")));
        assertThat(violation.status().code()).isEqualTo(CloseStatus.PROTOCOL_ERROR);
    }

    @Test
    void aCloseWithoutPayloadHasNoStatus() throws ProtocolViolation {
        assertThat(CloseStatus.read(ByteBuffer.allocate(0)).code())
                .isEqualTo(CloseStatus.NO_STATUS);
        assertThat(CloseStatus.of(CloseStatus.NO_STATUS).frame())
                .isEqualTo(HexFormat.of().parseHex("8800"));
    }

    @Test
    void oneByteOfPayloadIsAProtocolError() {
        assertThat(
                        catchThrowableOfType(
                                        ProtocolViolation.class,
                                        () -> CloseStatus.read(ByteBuffer.allocate(1)))
                                .status()
                                .code())
                .isEqualTo(CloseStatus.PROTOCOL_ERROR);
    }

    @Test
    void aReasonThatIsNotUtf8IsABadPayload() {
        ByteBuffer payload = ByteBuffer.wrap(HexFormat.of().parseHex("03e8c328"));
        assertThat(
                        catchThrowableOfType(
                                        ProtocolViolation.class, () -> CloseStatus.read(payload))
                                .status()
                                .code())
                .isEqualTo(CloseStatus.BAD_PAYLOAD);
    }

    @ParameterizedTest
    @CsvSource({"x, 123", "\u00e9, 122", "\u6c34, 123", "\ud83d\ude00, 120"})
    void aLongReasonIsCutAtACharacter(String character, int bytes) {
        CloseStatus status = new CloseStatus(1000, character.repeat(200));
        assertThat(status.reason().getBytes(StandardCharsets.UTF_8)).hasSize(bytes);
        assertThat(status.reason()).matches("(" + character + ")+");
    }

    private static ByteBuffer payload(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).flip();
    }
}
