package io.highwater.endpoint;

import jakarta.websocket.Decoder;
import java.util.List;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.RegisteredDecoder;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.messages.MessageSink;
import org.eclipse.jetty.websocket.core.messages.PartialByteArrayMessageSink;
import org.eclipse.jetty.websocket.core.messages.PartialByteBufferMessageSink;
import org.eclipse.jetty.websocket.core.messages.PartialStringMessageSink;
import org.eclipse.jetty.websocket.core.util.MethodHolder;
import org.jspecify.annotations.Nullable;

/** The forms in which an endpoint takes its messages. */
enum MessageShape {
    /** A text in one piece: as a String, a primitive or what a {@code Decoder.Text} makes of it. */
    TEXT(OpCode.TEXT, Decoder.Text.class),
    /** Bytes in one piece: as ByteBuffer, byte[] or what a {@code Decoder.Binary} makes of them. */
    BINARY(OpCode.BINARY, Decoder.Binary.class),
    TEXT_STREAM(OpCode.TEXT, Decoder.TextStream.class),
    BINARY_STREAM(OpCode.BINARY, Decoder.BinaryStream.class),
    TEXT_PARTS(OpCode.TEXT, null),
    BUFFER_PARTS(OpCode.BINARY, null),
    ARRAY_PARTS(OpCode.BINARY, null);

    private final byte opcode;
    private final @Nullable Class<? extends Decoder> decoder;

    MessageShape(byte opcode, @Nullable Class<? extends Decoder> decoder) {
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

    byte opcode() {
        return opcode;
    }

    /** Whether a message goes to its method in one piece: not as a stream, not in parts. */
    boolean isWhole() {
        return this == TEXT || this == BINARY;
    }

    boolean isStream() {
        return this == TEXT_STREAM || this == BINARY_STREAM;
    }

    /** Where the frames of a session's messages go if they don't go in one piece. */
    MessageSink sink(EndpointSession session, MethodHolder to, List<RegisteredDecoder> decoders) {
        return switch (this) {
            case TEXT_STREAM -> new StreamSinks.Text<>(session, to, decoders);
            case BINARY_STREAM -> new StreamSinks.Binary<>(session, to, decoders);
            case TEXT_PARTS -> new PartialStringMessageSink(session, to, true);
            case BUFFER_PARTS -> new PartialByteBufferMessageSink(session, to, true);
            case ARRAY_PARTS -> new PartialByteArrayMessageSink(session, to, true);
            case TEXT, BINARY -> throw new IllegalStateException("whole messages need no sink");
        };
    }
}
