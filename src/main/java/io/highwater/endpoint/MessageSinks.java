package io.highwater.endpoint;

import io.highwater.wire.CloseStatus;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.RegisteredDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.messages.DecodedBinaryMessageSink;
import org.eclipse.jetty.ee10.websocket.jakarta.common.messages.DecodedBinaryStreamMessageSink;
import org.eclipse.jetty.ee10.websocket.jakarta.common.messages.DecodedTextMessageSink;
import org.eclipse.jetty.ee10.websocket.jakarta.common.messages.DecodedTextStreamMessageSink;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.exception.CloseException;
import org.eclipse.jetty.websocket.core.messages.MessageSink;
import org.eclipse.jetty.websocket.core.util.MethodHolder;
import org.jspecify.annotations.Nullable;

/**
 * What serves instead of Jetty's sinks for decoded messages. Those that hand a message to the
 * endpoint as a stream are made known to their session's {@link Streams}: a method that reads when
 * the connection is lost would otherwise wait for ever. Those that decode a whole message refuse
 * one that no decoder wants; Jetty's would lose it.
 *
 * <p>Public members only because Jetty makes sinks by reflection.
 */
public final class MessageSinks {
    // Readers and InputStreams as such pass Jetty's decoders that do nothing: one road for all.
    private static final Map<Class<?>, Class<? extends MessageSink>> OURS =
            Map.of(
                    DecodedTextMessageSink.class, WholeText.class,
                    DecodedBinaryMessageSink.class, WholeBinary.class,
                    DecodedBinaryStreamMessageSink.class, DecodedBinary.class,
                    DecodedTextStreamMessageSink.class, DecodedText.class);

    private MessageSinks() {}

    /** The sink class that serves instead of {@code sink}. */
    static Class<? extends MessageSink> insteadOf(Class<? extends MessageSink> sink) {
        return OURS.getOrDefault(sink, sink);
    }

    /** True for a sink that gives its message to the endpoint at the end, in one piece. */
    static boolean isWhole(Class<? extends MessageSink> sink) {
        return sink == WholeText.class || sink == WholeBinary.class;
    }

    private static Streams track(CoreSession session, MessageSink sink) {
        Streams streams = ((EndpointSession) session).streams();
        streams.track(sink);
        return streams;
    }

    private static CloseException refused(@Nullable Throwable cause) {
        return new CloseException(CloseStatus.UNSUPPORTED_DATA, "not decoded", cause);
    }

    /** Calls the method as Jetty's own sinks do, with the cause for the session to unwrap. */
    private static void call(MethodHolder method, Object message) {
        try {
            method.invoke(message);
        } catch (Throwable thrown) {
            throw refused(thrown);
        }
    }

    /** A {@link Decoder.Text}, and {@code @OnMessage} with a String or a primitive. */
    public static final class WholeText<T> extends DecodedTextMessageSink<T> {
        private final MethodHolder method;

        public WholeText(
                CoreSession session, MethodHolder method, List<RegisteredDecoder> decoders) {
            super(session, method, decoders);
            this.method = method;
        }

        @Override
        public void onMessage(String text) {
            T message = null;
            try {
                for (Decoder.Text<T> decoder : _decoders) {
                    if (decoder.willDecode(text)) {
                        message = decoder.decode(text);
                        break;
                    }
                }
            } catch (DecodeException e) {
                throw refused(e);
            }
            if (message == null) {
                throw refused(new DecodeException(text, "no decoder wants it"));
            }
            call(method, message);
        }
    }

    /** A {@link Decoder.Binary}, and {@code @OnMessage} with a ByteBuffer or byte[]. */
    public static final class WholeBinary<T> extends DecodedBinaryMessageSink<T> {
        private final MethodHolder method;

        public WholeBinary(
                CoreSession session, MethodHolder method, List<RegisteredDecoder> decoders) {
            super(session, method, decoders);
            this.method = method;
        }

        @Override
        public void onWholeMessage(ByteBuffer bytes) {
            T message = null;
            try {
                for (Decoder.Binary<T> decoder : _decoders) {
                    if (decoder.willDecode(bytes.duplicate())) {
                        message = decoder.decode(bytes);
                        break;
                    }
                }
            } catch (DecodeException e) {
                throw refused(e);
            }
            if (message == null) {
                throw refused(new DecodeException(bytes, "no decoder wants it"));
            }
            call(method, message);
        }
    }

    /** A {@link Decoder.BinaryStream}, and {@code @OnMessage} with an InputStream. */
    public static final class DecodedBinary<T> extends DecodedBinaryStreamMessageSink<T> {
        private final Streams streams;

        public DecodedBinary(
                CoreSession session, MethodHolder method, List<RegisteredDecoder> decoders) {
            super(session, method, decoders);
            streams = track(session, this);
        }

        @Override
        public void onStreamStart(InputStream stream) {
            streams.call(() -> super.onStreamStart(stream));
        }
    }

    /** A {@link Decoder.TextStream}, and {@code @OnMessage} with a Reader. */
    public static final class DecodedText<T> extends DecodedTextStreamMessageSink<T> {
        private final Streams streams;

        public DecodedText(
                CoreSession session, MethodHolder method, List<RegisteredDecoder> decoders) {
            super(session, method, decoders);
            streams = track(session, this);
        }

        @Override
        public void onStreamStart(Reader reader) {
            streams.call(() -> super.onStreamStart(reader));
        }
    }
}
