package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.ProtocolViolation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlFrameTest {
    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014})
    void registeredCodesTravel(int code) throws ProtocolViolation {
        assertThat(ControlFrame.readClose(payload(code, "why")))
                .isEqualTo(new CloseStatus(code, "why"));
    }

    @ParameterizedTest
    @ValueSource(ints = {3000, 3999, 4000, 4408, 4999})
    void librariesAndApplicationsHaveCodesOfTheirOwn(int code) throws ProtocolViolation {
        assertThat(ControlFrame.readClose(payload(code, ""))).isEqualTo(CloseStatus.of(code));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535})
    void otherCodesAreProtocolErrors(int code) {
        ProtocolViolation violation =
                catchThrowableOfType(
                        ProtocolViolation.class, () -> ControlFrame.readClose(payload(code, "")));
        assertThat(violation.status().code()).isEqualTo(CloseStatus.PROTOCOL_ERROR);
    }

    @Test
    void aCloseWithoutPayloadHasNoStatus() throws ProtocolViolation {
        assertThat(ControlFrame.readClose(ByteBuffer.allocate(0)).code())
                .isEqualTo(CloseStatus.NO_STATUS);
        assertThat(ControlFrame.close(CloseStatus.of(CloseStatus.NO_STATUS)))
                .isEqualTo(HexFormat.of().parseHex("8800"));
    }

    @Test
    void oneByteOfPayloadIsAProtocolError() {
        assertThat(
                        catchThrowableOfType(
                                        ProtocolViolation.class,
                                        () -> ControlFrame.readClose(ByteBuffer.allocate(1)))
                                .status()
                                .code())
                .isEqualTo(CloseStatus.PROTOCOL_ERROR);
    }

    @Test
    void aReasonThatIsNotUtf8IsABadPayload() {
        ByteBuffer payload = ByteBuffer.wrap(HexFormat.of().parseHex("03e8c328"));
        assertThat(
                        catchThrowableOfType(
                                        ProtocolViolation.class,
                                        () -> ControlFrame.readClose(payload))
                                .status()
                                .code())
                .isEqualTo(CloseStatus.BAD_PAYLOAD);
    }

    @Test
    void theLongestReasonFitsItsFrame() {
        byte[] frame = ControlFrame.close(new CloseStatus(1000, "x".repeat(200)));
        assertThat(frame)
                .hasSize(2 + ControlFrame.MAX_PAYLOAD_BYTES)
                .startsWith(0x88, 125, 3, 0xe8);
    }

    @Test
    void aPayloadThatIsTooLongIsRefused() {
        ByteBuffer payload = ByteBuffer.allocate(ControlFrame.MAX_PAYLOAD_BYTES + 1);
        assertThat(catchThrowable(() -> ControlFrame.of(Opcode.PING, payload)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static ByteBuffer payload(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).flip();
    }
}
