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
 * Makes streams and parts of the fragments of a message: Jetty's sinks, each for one kind of
 * messages of one session. Thread-safe.
 */
public final class MessageSinks {
    private final WebSocketComponents components;

    /** The session that a sink works for. */
    public interface Owner {
        /** Wants the next fragment. */
        void demand();

        /** A message came to nothing: whoever takes it threw, or it can't be read. */
        void failed(Throwable cause);
    }

    /** Takes a message part by part. */
    @FunctionalInterface
    public interface PartReceiver {
        /**
         * @param part a String, ByteBuffer or byte[], and whether it is the last: a Boolean
         * @throws Throwable whatever the team's code threw; the owner hears of it
         */
        void receive(Object[] part) throws Throwable;
    }

    /** Where the fragments of one kind of messages go. Confined to the session's run. */
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
         * Takes the next fragment; when it wants another it says so to its owner.
         *
         * @param opcode as on the wire
         * @param payload is the sink's until it demands the next; that of a message in more than
         *     one fragment for good
         */
        public void accept(byte opcode, ByteBuffer payload, boolean isLast) {
            sink.accept(new Frame(opcode, isLast, payload), session);
        }

        /** Ends what reads the message with {@code cause}. */
        public void fail(Throwable cause) {
            sink.fail(cause);
        }
    }

    /**
     * @param readers where those run that read streams; they block
     */
    public MessageSinks(Executor readers) {
        // Never started: nothing of it needs to be. A sink asks it for the executor.
        components =
                new WebSocketComponents(
                        null,
                        new DecoratedObjectFactory(),
                        ByteBufferPool.NON_POOLING,
                        null,
                        null,
                        readers);
    }

    /** Text in parts: Strings. */
    public Sink text(Owner owner, PartReceiver to) {
        return parts(owner, to, (own, holder) -> new PartialStringMessageSink(own, holder, true));
    }

    /** Bytes in parts: ByteBuffers. */
    public Sink buffers(Owner owner, PartReceiver to) {
        return parts(
                owner, to, (own, holder) -> new PartialByteBufferMessageSink(own, holder, true));
    }

    /** Bytes in parts: arrays. */
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
     * A text as a stream.
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
     * Bytes as a stream.
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
