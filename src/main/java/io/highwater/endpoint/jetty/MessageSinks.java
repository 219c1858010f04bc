package io.highwater.endpoint.jetty;

import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.util.DecoratedObjectFactory;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.messages.InputStreamMessageSink;
import org.eclipse.jetty.websocket.core.messages.MessageSink;
import org.eclipse.jetty.websocket.core.messages.PartialByteArrayMessageSink;
import org.eclipse.jetty.websocket.core.messages.PartialByteBufferMessageSink;
import org.eclipse.jetty.websocket.core.messages.PartialStringMessageSink;
import org.eclipse.jetty.websocket.core.messages.ReaderMessageSink;
import org.eclipse.jetty.websocket.core.util.MethodHolder;

/**
 * Turns the fragments of a message into streams and parts. Uses Jetty's sinks; each serves one kind
 * of message of one session. Thread-safe.
 */
public final class MessageSinks {
    private final WebSocketComponents components;

    /** The session that a sink works for. */
    public interface Owner {
        /** Asks for the next fragment. */
        void demand();

        /** A message failed: its receiver threw, or it can't be read. */
        void failed(Throwable cause);
    }

    /** Takes a message part by part. */
    @FunctionalInterface
    public interface PartReceiver {
        /**
         * @param part a String, ByteBuffer or byte[], and a Boolean: whether it is the last
         * @throws Throwable what the application's code threw; passed to the owner
         */
        void receive(Object[] part) throws Throwable;
    }

    /** Takes the fragments of one kind of message. Confined to the session's run. */
    public static final class Sink {
        private final MessageSink sink;
        private final SinkSession session;

        private Sink(
                SinkSession session,
                BiFunction<CoreSession, MethodHolder, MessageSink> maker,
                MethodHolder to) {
            this.session = session;
            this.sink = maker.apply(session, to);
        }

        /**
         * Takes the next fragment; asks its owner for another when it wants one.
         *
         * @param opcode as on the wire
         * @param payload belongs to the sink until it demands the next fragment; if the message has
         *     more than one fragment, it belongs to the sink permanently
         */
        public void accept(byte opcode, ByteBuffer payload, boolean isLast) {
            sink.accept(new Frame(opcode, isLast, payload), session);
        }

        /** Fails the stream that reads the message with {@code cause}. */
        public void fail(Throwable cause) {
            sink.fail(cause);
        }
    }

    /**
     * @param readers runs the methods that read streams, which block
     */
    public MessageSinks(Executor readers) {
        // Never started: no part of it needs to be. Sinks ask it only for the executor.
        components =
                new WebSocketComponents(
                        null,
                        new DecoratedObjectFactory(),
                        ByteBufferPool.NON_POOLING,
                        null,
                        null,
                        readers);
    }

    /** Takes text in parts: Strings. */
    public Sink text(Owner owner, PartReceiver to) {
        return parts(owner, to, (own, holder) -> new PartialStringMessageSink(own, holder, true));
    }

    /** Takes bytes in parts: ByteBuffers. */
    public Sink buffers(Owner owner, PartReceiver to) {
        return parts(
                owner, to, (own, holder) -> new PartialByteBufferMessageSink(own, holder, true));
    }

    /** Takes bytes in parts: arrays. */
    public Sink arrays(Owner owner, PartReceiver to) {
        return parts(
                owner, to, (own, holder) -> new PartialByteArrayMessageSink(own, holder, true));
    }

    private Sink parts(
            Owner owner,
            PartReceiver to,
            BiFunction<CoreSession, MethodHolder, MessageSink> maker) {
        MethodHolder holder =
                part -> {
                    to.receive(part);
                    return null;
                };
        return new Sink(new SinkSession(owner, components), maker, holder);
    }

    /**
     * Takes text as a stream.
     *
     * @param to called for each message on a thread of its own; must not throw
     */
    public Sink reader(Owner owner, Consumer<Reader> to) {
        MethodHolder holder =
                stream -> {
                    to.accept((Reader) stream[0]);
                    return null;
                };
        return new Sink(
                new SinkSession(owner, components),
                (own, method) -> new ReaderMessageSink(own, method, true),
                holder);
    }

    /**
     * Takes bytes as a stream.
     *
     * @param to called for each message on a thread of its own; must not throw
     */
    public Sink inputStream(Owner owner, Consumer<InputStream> to) {
        MethodHolder holder =
                stream -> {
                    to.accept((InputStream) stream[0]);
                    return null;
                };
        return new Sink(
                new SinkSession(owner, components),
                (own, method) -> new InputStreamMessageSink(own, method, true),
                holder);
    }
}
