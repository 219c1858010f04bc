package io.highwater.endpoint;

import jakarta.websocket.Decoder;
import java.util.List;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.RegisteredDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.messages.DecodedBinaryMessageSink;
import org.eclipse.jetty.ee10.websocket.jakarta.common.messages.DecodedBinaryStreamMessageSink;
import org.eclipse.jetty.ee10.websocket.jakarta.common.messages.DecodedTextMessageSink;
import org.eclipse.jetty.ee10.websocket.jakarta.common.messages.DecodedTextStreamMessageSink;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.messages.MessageSink;
import org.eclipse.jetty.websocket.core.messages.PartialByteArrayMessageSink;
import org.eclipse.jetty.websocket.core.messages.PartialByteBufferMessageSink;
import org.eclipse.jetty.websocket.core.messages.PartialStringMessageSink;
import org.eclipse.jetty.websocket.core.util.MethodHolder;
import org.jspecify.annotations.Nullable;

/** The forms in which an endpoint takes its messages, by the sink that Jetty finds for a method. */
enum MessageShape {
    /** A text in one piece: as a String, a primitive or what a {@code Decoder.Text} makes of it. */
    TEXT(OpCode.TEXT, DecodedTextMessageSink.class, Decoder.Text.class),
    /** Bytes in one piece: as ByteBuffer, byte[] or what a {@code Decoder.Binary} makes of them. */
    BINARY(OpCode.BINARY, DecodedBinaryMessageSink.class, Decoder.Binary.class),
    TEXT_STREAM(OpCode.TEXT, DecodedTextStreamMessageSink.class, Decoder.TextStream.class),
    BINARY_STREAM(OpCode.BINARY, DecodedBinaryStreamMessageSink.class, Decoder.BinaryStream.class),
    TEXT_PARTS(OpCode.TEXT, PartialStringMessageSink.class, null),
    BUFFER_PARTS(OpCode.BINARY, PartialByteBufferMessageSink.class, null),
    ARRAY_PARTS(OpCode.BINARY, PartialByteArrayMessageSink.class, null);

    private final byte opcode;
    private final Class<? extends MessageSink> jetty;
    private final @Nullable Class<? extends Decoder> decoder;

    MessageShape(
            byte opcode,
            Class<? extends MessageSink> jetty,
            @Nullable Class<? extends Decoder> decoder) {
        this.opcode = opcode;
        this.jetty = jetty;
        this.decoder = decoder;
    }

    /** The shape whose messages Jetty would give to {@code sink}. */
    static MessageShape ofSink(Class<? extends MessageSink> sink) {
        for (MessageShape shape : values()) {
            if (shape.jetty == sink) {
                return shape;
            }
        }
        throw new IllegalArgumentException("unknown sink " + sink.getName());
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
