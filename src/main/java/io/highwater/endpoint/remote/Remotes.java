package io.highwater.endpoint.remote;

import io.highwater.outbound.SendCompletion;
import io.highwater.wire.OutboundFrame;
import jakarta.websocket.EncodeException;
import jakarta.websocket.Encoder;
import jakarta.websocket.SendHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/** The common part of a session's two remotes. Stateless. */
public final class Remotes {
    /** RFC 6455 section 5.5. */
    private static final int MAX_CONTROL_BYTES = 125;

    private Remotes() {}

    /**
     * Encodes and sends an object. An encoder that writes a lot to a stream blocks until all parts
     * except the last are sent. If an encoder fails, nothing that it wrote is sent; if a part was
     * already sent, the session ends.
     *
     * @param completion called once, unless this throws
     * @throws EncodeException if no encoder fits the object, or its encoder failed
     */
    @SuppressWarnings("unchecked") // the encoder is looked up by the object's type
    public static void sendObject(
            SendingSession session, Object data, SendCompletion completion, long timeoutMillis)
            throws EncodeException, IOException {
        Encoder encoder = session.encoder(data.getClass());
        if (encoder == null) {
            throw new EncodeException(data, "no encoder takes " + data.getClass().getName());
        } else if (encoder instanceof Encoder.Text<?> text) {
            String encoded = ((Encoder.Text<Object>) text).encode(data);
            session.send(OutboundFrame.text(encoded), completion, timeoutMillis);
        } else if (encoder instanceof Encoder.TextStream<?> stream) {
            TextWriter.OfEncoder writer = new TextWriter.OfEncoder(session);
            try {
                ((Encoder.TextStream<Object>) stream).encode(data, writer);
            } catch (Throwable thrown) {
                writer.abandon();
                throw thrown;
            }
            writer.finish(completion, timeoutMillis);
        } else if (encoder instanceof Encoder.Binary<?> binary) {
            ByteBuffer encoded = ((Encoder.Binary<Object>) binary).encode(data);
            session.send(OutboundFrame.binary(encoded), completion, timeoutMillis);
        } else {
            BinaryStream.OfEncoder stream = new BinaryStream.OfEncoder(session);
            try {
                ((Encoder.BinaryStream<Object>) encoder).encode(data, stream);
            } catch (Throwable thrown) {
                stream.abandon();
                throw thrown;
            }
            stream.finish(completion, timeoutMillis);
        }
    }

    /** Encodes and sends an object; returns when the transport has taken the message. */
    public static void sendObject(SendingSession session, Object data)
            throws EncodeException, IOException {
        SendFuture sent = new SendFuture();
        sendObject(session, data, sent, 0);
        sent.await();
    }

    /** Wraps an application's handler for a message that the calling thread sends. */
    public static SendCompletion completion(SendingSession session, SendHandler handler) {
        return new HandlerCompletion(
                notNull(handler, "the handler"),
                Thread.currentThread(),
                session.executor(),
                session.outbound());
    }

    public static <T> T notNull(T message, String what) {
        if (message == null) {
            throw new IllegalArgumentException(what + " is null");
        }
        return message;
    }

    /**
     * @throws IllegalArgumentException if the session is over, as Jakarta specifies for setters
     */
    public static void checkOpen(SendingSession session) {
        if (session.isClosed()) {
            throw new IllegalArgumentException("the session is over");
        }
    }

    /**
     * @throws IllegalArgumentException if the data is larger than a control frame may carry
     * @throws ClosedChannelException if the session is ending or over
     */
    public static void sendPing(SendingSession session, ByteBuffer data) throws IOException {
        session.ping(control(session, data));
    }

    /**
     * @throws IllegalArgumentException if the data is larger than a control frame may carry
     * @throws ClosedChannelException if the session is ending or over
     */
    public static void sendPong(SendingSession session, ByteBuffer data) throws IOException {
        session.pong(control(session, data));
    }

    private static ByteBuffer control(SendingSession session, ByteBuffer data)
            throws ClosedChannelException {
        if (notNull(data, "the data").remaining() > MAX_CONTROL_BYTES) {
            throw new IllegalArgumentException(
                    data.remaining()
                            + " bytes: a ping or pong carries "
                            + MAX_CONTROL_BYTES
                            + " at most");
        }
        if (!session.isOutputOpen()) {
            throw new ClosedChannelException();
        }
        return data;
    }
}
