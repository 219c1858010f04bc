package io.highwater.wire.engine;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.ProtocolViolation;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** A server's control frames, and what a client's Close says: RFC 6455 section 5.5. Stateless. */
final class ControlFrame {
    /** What a control frame may carry. */
    static final int MAX_PAYLOAD_BYTES = 125;

    private static final int FIN = 0x80;

    private ControlFrame() {}

    /**
     * The frame as it goes on the wire.
     *
     * @param opcode CLOSE, PING or PONG
     * @param payload at most {@value #MAX_PAYLOAD_BYTES} bytes; consumed
     */
    static byte[] of(Opcode opcode, ByteBuffer payload) {
        int length = payload.remaining();
        if (length > MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "a control frame's payload has " + length + " bytes, and 125 at most");
        }
        byte[] frame = new byte[2 + length];
        frame[0] = (byte) (FIN | opcode.code());
        frame[1] = (byte) length;
        payload.get(frame, 2, length);
        return frame;
    }

    /** The Close frame; without a payload where the code may not be sent. */
    static byte[] close(CloseStatus status) {
        ByteBuffer payload = ByteBuffer.allocate(MAX_PAYLOAD_BYTES);
        if (CloseStatus.isTransmittable(status.code())) {
            payload.putShort((short) status.code())
                    .put(status.reason().getBytes(StandardCharsets.UTF_8));
        }
        return of(Opcode.CLOSE, payload.flip());
    }

    /** Reads the payload of the peer's Close (RFC 6455 section 5.5.1). */
    static CloseStatus readClose(ByteBuffer payload) throws ProtocolViolation {
        if (!payload.hasRemaining()) {
            return CloseStatus.of(CloseStatus.NO_STATUS);
        }
        if (payload.remaining() == 1) {
            throw ProtocolViolation.protocol("a Close frame with one byte of payload");
        }
        int code = payload.getShort() & 0xFFFF;
        if (!CloseStatus.isTransmittable(code)) {
            throw ProtocolViolation.protocol("close code " + code + " must not be sent");
        }
        try {
            return new CloseStatus(
                    code, StandardCharsets.UTF_8.newDecoder().decode(payload).toString());
        } catch (CharacterCodingException e) {
            throw new ProtocolViolation(CloseStatus.BAD_PAYLOAD, "a close reason is not UTF-8");
        }
    }
}
