package io.highwater.endpoint;

import java.io.InputStream;
import java.io.Reader;
import java.util.List;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.RegisteredDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.messages.DecodedBinaryStreamMessageSink;
import org.eclipse.jetty.ee10.websocket.jakarta.common.messages.DecodedTextStreamMessageSink;
import org.eclipse.jetty.websocket.core.util.MethodHolder;

/**
 * Jetty's sinks that hand a message to the endpoint as a stream, made known to their session's
 * {@link Streams}: a method that reads when the connection is lost would otherwise wait for ever.
 */
final class StreamSinks {
    // Readers and InputStreams as such pass Jetty's decoders that do nothing: one road for all.

    private StreamSinks() {}

    /** A {@code Decoder.BinaryStream}, and {@code @OnMessage} with an InputStream. */
    static final class Binary<T> extends DecodedBinaryStreamMessageSink<T> {
        private final Streams streams;

        Binary(EndpointSession session, MethodHolder to, List<RegisteredDecoder> decoders) {
            super(session, to, decoders);
            streams = session.inbound().streams();
            streams.track(this);
        }

        @Override
        public void onStreamStart(InputStream stream) {
            streams.call(() -> super.onStreamStart(stream));
        }
    }

    /** A {@code Decoder.TextStream}, and {@code @OnMessage} with a Reader. */
    static final class Text<T> extends DecodedTextStreamMessageSink<T> {
        private final Streams streams;

        Text(EndpointSession session, MethodHolder to, List<RegisteredDecoder> decoders) {
            super(session, to, decoders);
            streams = session.inbound().streams();
            streams.track(this);
        }

        @Override
        public void onStreamStart(Reader reader) {
            streams.call(() -> super.onStreamStart(reader));
        }
    }
}
