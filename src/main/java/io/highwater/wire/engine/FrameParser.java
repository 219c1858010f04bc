package io.highwater.wire.engine;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.ProtocolViolation;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's frames (RFC 6455 section 5): masks, lengths, fragmentation, interleaved control
 * frames, the message limit while a message still arrives. Holds no buffer. Confined to the reader
 * of one wire.
 */
final class FrameParser {
    private static final int LENGTH_16 = 126;
    private static final int MAX_CONTROL_BYTES = 125;
    private static final int MASK_BYTES = 4;

    /** RSV1, as it stands in a frame's first byte: the bit that an extension may use. */
    static final int RSV1 = 0x40;

    private static final int RESERVED = 0x70;

    /** The reserved bits that an agreed extension owns: RSV1 or none. */
    private final int extensionBits;

    private long frameRemaining;
    private long messageBytes;
    private int mask;
    private int utf8;
    private Opcode opcode = Opcode.CONTINUATION;
    private boolean fin;
    private boolean inFrame;
    private boolean messageOpen;
    private boolean text;
    private boolean extended;

    /**
     * @param extensionBits {@link #RSV1} where an extension was agreed on that uses it, else 0
     */
    FrameParser(int extensionBits) {
        this.extensionBits = extensionBits;
    }

    /**
     * Reads the next header if {@code in} holds all of it and, for a control frame, all its
     * payload.
     *
     * @return the opcode, or null if more bytes are needed; {@code in} is left alone then
     */
    @Nullable Opcode header(ByteBuffer in, long maxMessageBytes) throws ProtocolViolation {
        if (in.remaining() < 2) {
            return null;
        }
        int start = in.position();
        int first = in.get(start);
        int second = in.get(start + 1);
        Opcode next = checkFirstBytes(first, second);
        int length7 = second & 0x7F;
        int headerBytes = 2 + (length7 < LENGTH_16 ? 0 : length7 == LENGTH_16 ? 2 : 8) + MASK_BYTES;
        if (in.remaining() < headerBytes
                || (next.isControl() && in.remaining() < headerBytes + length7)) {
            return null;
        }
        long length =
                length7 < LENGTH_16
                        ? length7
                        : length7 == LENGTH_16
                                ? in.getShort(start + 2) & 0xFFFF
                                : in.getLong(start + 2);
        checkLength(length7, length);
        if (!next.isControl()) {
            if (next != Opcode.CONTINUATION) {
                extended = (first & RSV1) != 0;
            }
            openDataFrame(next, first < 0, length, maxMessageBytes);
        }
        mask = in.getInt(start + headerBytes - MASK_BYTES);
        frameRemaining = length;
        opcode = next;
        in.position(start + headerBytes);
        return next;
    }

    private Opcode checkFirstBytes(int first, int second) throws ProtocolViolation {
        Opcode next = Opcode.of(first & 0xF);
        if (next == null) {
            throw ProtocolViolation.protocol("opcode " + (first & 0xF) + " is reserved");
        }
        // Only the first frame of a message has an extension's bit (RFC 7692 section 6.1).
        int permitted = next == Opcode.TEXT || next == Opcode.BINARY ? extensionBits : 0;
        if ((first & RESERVED & ~permitted) != 0) {
            throw ProtocolViolation.protocol(
                    "a reserved bit is set that no extension may use here");
        }
        if ((second & 0x80) == 0) {
            throw ProtocolViolation.protocol("a client's frame must be masked");
        }
        if (next.isControl()) {
            if (first >= 0) {
                throw ProtocolViolation.protocol("a control frame must not be fragmented");
            }
            if ((second & 0x7F) > MAX_CONTROL_BYTES) {
                throw ProtocolViolation.protocol("a control frame's payload is over 125 bytes");
            }
        } else if ((next == Opcode.CONTINUATION) != messageOpen) {
            throw ProtocolViolation.protocol(
                    messageOpen
                            ? "a new message begins inside a fragmented one"
                            : "a continuation frame without a message");
        }
        return next;
    }

    private static void checkLength(int length7, long length) throws ProtocolViolation {
        if (length < 0) {
            throw ProtocolViolation.protocol("a frame's length has its highest bit set");
        }
        // RFC 6455 section 5.2: "the minimal number of bytes MUST be used to encode the length".
        if ((length7 == LENGTH_16 && length < LENGTH_16)
                || (length7 > LENGTH_16 && length <= 0xFFFF)) {
            throw ProtocolViolation.protocol("a frame's length is not in its shortest form");
        }
    }

    private void openDataFrame(Opcode next, boolean last, long length, long maxMessageBytes)
            throws ProtocolViolation {
        if (next != Opcode.CONTINUATION) {
            messageBytes = 0;
            utf8 = Utf8Validator.START;
            text = next == Opcode.TEXT;
        }
        // Data that does not compress grows a little; the extension judges the real size.
        long most = extended ? maxMessageBytes + (maxMessageBytes >> 3) + 64 : maxMessageBytes;
        if (length > most - messageBytes) {
            throw new ProtocolViolation(
                    CloseStatus.TOO_BIG, "a message is over " + maxMessageBytes + " bytes");
        }
        messageBytes += length;
        fin = last;
        messageOpen = !last;
        inFrame = true;
    }

    /** Whether a message has begun and not ended. */
    boolean isInMessage() {
        return inFrame || messageOpen;
    }

    /** True between a data frame's header and the end of its payload. */
    boolean isInFrame() {
        return inFrame;
    }

    /**
     * Whether the message being read has the extension's bit: the extension decodes its payload.
     */
    boolean isExtended() {
        return extended;
    }

    /** TEXT or BINARY: what the message being read began with. */
    Opcode messageOpcode() {
        return text ? Opcode.TEXT : Opcode.BINARY;
    }

    /** The opcode of the data frame being read; CONTINUATION after its first piece. */
    Opcode opcode() {
        return opcode;
    }

    /** Payload bytes of the current data frame that are still to be read. */
    long frameRemaining() {
        return frameRemaining;
    }

    /**
     * Takes the next piece of the data frame's payload: {@code piece} is unmasked in place and, for
     * text, checked.
     */
    void payload(ByteBuffer piece) throws ProtocolViolation {
        unmask(piece);
        frameRemaining -= piece.remaining();
        if (frameRemaining == 0) {
            inFrame = false;
        }
        if (text && !extended) {
            utf8 = Utf8Validator.check(utf8, piece);
            if (utf8 == Utf8Validator.MALFORMED
                    || (isMessageEnd() && utf8 != Utf8Validator.START)) {
                throw new ProtocolViolation(CloseStatus.BAD_PAYLOAD, "text is not UTF-8");
            }
        }
    }

    /** True after the last piece of the last frame of a message. */
    boolean isMessageEnd() {
        return !inFrame && fin;
    }

    /** Says that a piece of the current frame was handed on: what follows is continuation. */
    void pieceDelivered() {
        opcode = Opcode.CONTINUATION;
    }

    /** Takes a control frame's payload off {@code in}, unmasked in place. */
    ByteBuffer controlPayload(ByteBuffer in) {
        int length = (int) frameRemaining;
        ByteBuffer payload = in.slice(in.position(), length);
        in.position(in.position() + length);
        unmask(payload);
        frameRemaining = 0;
        return payload;
    }

    /** RFC 6455 section 5.3; {@code piece} keeps its position, the mask moves on. */
    private void unmask(ByteBuffer piece) {
        int start = piece.position();
        int length = piece.remaining();
        long wide = (long) mask << 32 | mask & 0xFFFFFFFFL;
        int at = start;
        int end = start + length;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            piece.putLong(at, piece.getLong(at) ^ wide);
        }
        for (; at < end; at++) {
            piece.put(at, (byte) (piece.get(at) ^ mask >>> (24 - ((at - start & 3) << 3))));
        }
        mask = Integer.rotateLeft(mask, (length & 3) << 3);
    }
}
