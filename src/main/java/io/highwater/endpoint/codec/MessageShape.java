package io.highwater.endpoint.codec;

import io.highwater.wire.Opcode;
import jakarta.websocket.Decoder;
import org.jspecify.annotations.Nullable;

/** The forms in which an endpoint takes messages. */
public enum MessageShape {
    /** A text in one piece: a String, a primitive, or the result of a {@code Decoder.Text}. */
    TEXT(Opcode.TEXT, Decoder.Text.class),
    /** Bytes in one piece: a ByteBuffer, a byte[], or the result of a {@code Decoder.Binary}. */
    BINARY(Opcode.BINARY, Decoder.Binary.class),
    TEXT_STREAM(Opcode.TEXT, Decoder.TextStream.class),
    BINARY_STREAM(Opcode.BINARY, Decoder.BinaryStream.class),
    TEXT_PARTS(Opcode.TEXT, null),
    BUFFER_PARTS(Opcode.BINARY, null),
    ARRAY_PARTS(Opcode.BINARY, null);

    private final Opcode opcode;
    private final @Nullable Class<? extends Decoder> decoder;

    MessageShape(Opcode opcode, @Nullable Class<? extends Decoder> decoder) {
        this.opcode = opcode;
        this.decoder = decoder;
    }

    /** The shape that a decoder with this interface reads. */
    static MessageShape ofDecoder(Class<? extends Decoder> decoder) {
        for (MessageShape shape : values()) {
            if (shape.decoder == decoder) {
                return shape;
            }
        }
        throw new IllegalArgumentException("unknown decoder " + decoder.getName());
    }

    /** TEXT or BINARY. */
    public Opcode opcode() {
        return opcode;
    }

    /** Whether a message goes to its method in one piece: not as a stream, not in parts. */
    public boolean isWhole() {
        return this == TEXT || this == BINARY;
    }

    public boolean isStream() {
        return this == TEXT_STREAM || this == BINARY_STREAM;
    }
}
