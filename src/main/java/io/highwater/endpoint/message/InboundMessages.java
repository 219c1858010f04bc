package io.highwater.endpoint.message;

import io.highwater.endpoint.codec.Decoders;
import io.highwater.endpoint.codec.MessageShape;
import io.highwater.endpoint.jetty.MessageSinks;
import io.highwater.wire.Opcode;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the messages of one session and passes them to its endpoint's methods and handlers; sends
 * what those return. Each message ends with one demand or one failure of its session.
 *
 * <p>Confined to the session's run, except for the handlers, which any thread may add and remove.
 */
public final class InboundMessages {
    private final ReceivingSession session;

    /** Written under this. */
    private volatile MessageTargets targets;

    /** Target of the message that is arriving; null if nothing takes it. */
    private @Nullable MessageTarget current;

    /** Null unless the message's last fragment is still to come. */
    private @Nullable WholeMessage gathered;

    // Null unless a method or handler takes streams or parts; each serves one target of its kind.
    private @Nullable TargetSink textSink;
    private @Nullable TargetSink binarySink;

    /** Null unless a method takes streams. */
    private @Nullable Streams streams;

    private record TargetSink(MessageTarget target, MessageSinks.Sink sink) {}

    InboundMessages(ReceivingSession session, MessageTargets targets) {
        this.session = session;
        this.targets = targets;
    }

    // Handlers.

    public Set<MessageHandler> handlers() {
        return targets.handlers();
    }

    /** Adds or removes a handler. */
    public synchronized void change(UnaryOperator<MessageTargets> change) {
        targets = change.apply(targets);
    }

    // Messages.

    public void onFragment(Opcode opcode, ByteBuffer payload, boolean last) {
        boolean first = opcode != Opcode.CONTINUATION;
        if (first) {
            current = opcode == Opcode.TEXT ? targets.text() : targets.binary();
            forgetRemoved();
        }
        MessageTarget to = current;
        if (to == null) {
            session.demand();
        } else if (!to.shape().isWhole()) {
            MessageSinks.Sink sink = sink(to);
            if (sink != null) {
                // The receiver may keep a fragment beyond the next demand, but not a whole message.
                sink.accept((byte) opcode.code(), first && last ? payload : copy(payload), last);
            }
        } else if (first && last) {
            deliver(to, payload);
        } else {
            gather(to, opcode, payload, first, last);
        }
    }

    /** Drops the sinks of handlers that were removed. */
    private void forgetRemoved() {
        if (textSink != null && textSink.target != targets.text()) {
            streams().forget(textSink.sink);
            textSink = null;
        }
        if (binarySink != null && binarySink.target != targets.binary()) {
            streams().forget(binarySink.sink);
            binarySink = null;
        }
    }

    private static ByteBuffer copy(ByteBuffer payload) {
        return ByteBuffer.allocate(payload.remaining()).put(payload).flip();
    }

    private void gather(
            MessageTarget to, Opcode opcode, ByteBuffer payload, boolean first, boolean last) {
        if (first) {
            gathered = new WholeMessage(maxBytes(opcode), payload.remaining());
        }
        WholeMessage whole = gathered;
        if (whole == null) {
            session.demand(); // The rest of a message that was too large.
            return;
        }
        try {
            whole.append(payload);
        } catch (MessageTooLargeException e) {
            gathered = null;
            session.failed(e);
            return;
        }
        if (last) {
            gathered = null;
            deliver(to, whole.joined());
        } else {
            session.demand();
        }
    }

    private int maxBytes(Opcode opcode) {
        return opcode == Opcode.TEXT ? session.maxTextBytes() : session.maxBinaryBytes();
    }

    private void deliver(MessageTarget to, ByteBuffer payload) {
        try {
            int maxBytes = maxBytes(to.shape().opcode());
            if (payload.remaining() > maxBytes) {
                throw new MessageTooLargeException(
                        payload.remaining() + " bytes are more than " + maxBytes);
            }
            Object message =
                    to.shape() == MessageShape.TEXT ? text(to, payload) : binary(to, payload);
            hand(to, message);
        } catch (Throwable thrown) {
            session.failed(thrown);
            return;
        }
        session.demand();
    }

    /** The first decoder that accepts the text decodes it. */
    private Object text(MessageTarget to, ByteBuffer payload) throws DecodeException, IOException {
        String text = string(payload);
        for (Decoders.Entry entry : to.decoders()) {
            Decoder.Text<?> decoder = (Decoder.Text<?>) session.decoder(entry);
            if (decoder.willDecode(text)) {
                Object message = decoder.decode(text);
                if (message == null) {
                    break;
                }
                return message;
            }
        }
        throw new DecodeException(text, "no decoder accepts it");
    }

    private Object binary(MessageTarget to, ByteBuffer payload)
            throws DecodeException, IOException {
        for (Decoders.Entry entry : to.decoders()) {
            Decoder.Binary<?> decoder = (Decoder.Binary<?>) session.decoder(entry);
            if (decoder.willDecode(payload.duplicate())) {
                Object message = decoder.decode(payload);
                if (message == null) {
                    break;
                }
                return message;
            }
        }
        throw new DecodeException(payload, "no decoder accepts it");
    }

    /** The wire has already checked that it is UTF-8. */
    private static String string(ByteBuffer utf8) {
        if (utf8.hasArray()) {
            return new String(
                    utf8.array(),
                    utf8.arrayOffset() + utf8.position(),
                    utf8.remaining(),
                    StandardCharsets.UTF_8);
        }
        return StandardCharsets.UTF_8.decode(utf8).toString();
    }

    /**
     * Returns null if the sink can't be created: then reports it and drops the rest of the message.
     */
    private MessageSinks.@Nullable Sink sink(MessageTarget to) {
        boolean isText = to.shape().opcode() == Opcode.TEXT;
        TargetSink present = isText ? textSink : binarySink;
        if (present != null && present.target == to) {
            return present.sink;
        }
        try {
            return newSink(to, isText);
        } catch (Throwable thrown) {
            current = null;
            session.failed(thrown);
            return null;
        }
    }

    private MessageSinks.Sink newSink(MessageTarget to, boolean isText) throws IOException {
        MessageSinks sinks = session.sinks();
        MessageSinks.PartReceiver parts =
                part -> session.answer(to.receiver().receive(session, part));
        MessageSinks.Sink sink =
                switch (to.shape()) {
                    case TEXT_PARTS -> sinks.text(session, parts);
                    case BUFFER_PARTS -> sinks.buffers(session, parts);
                    case ARRAY_PARTS -> sinks.arrays(session, parts);
                    case TEXT_STREAM -> reader(to, sinks);
                    case BINARY_STREAM -> inputStream(to, sinks);
                    case TEXT, BINARY ->
                            throw new IllegalStateException("whole messages need no sink");
                };
        TargetSink made = new TargetSink(to, sink);
        if (isText) {
            textSink = made;
        } else {
            binarySink = made;
        }
        return sink;
    }

    // Plain Readers and InputStreams pass through decoders that do nothing, so one path serves all.

    private MessageSinks.Sink reader(MessageTarget to, MessageSinks sinks) throws IOException {
        Decoder.TextStream<?> decoder = (Decoder.TextStream<?>) streamDecoder(to);
        Streams reading = streams();
        MessageSinks.Sink sink =
                sinks.reader(
                        session, reader -> reading.call(() -> hand(to, decoder.decode(reader))));
        reading.track(sink);
        return sink;
    }

    private MessageSinks.Sink inputStream(MessageTarget to, MessageSinks sinks) throws IOException {
        Decoder.BinaryStream<?> decoder = (Decoder.BinaryStream<?>) streamDecoder(to);
        Streams reading = streams();
        MessageSinks.Sink sink =
                sinks.inputStream(
                        session, stream -> reading.call(() -> hand(to, decoder.decode(stream))));
        reading.track(sink);
        return sink;
    }

    private Decoder streamDecoder(MessageTarget to) throws IOException {
        return session.decoder(to.decoders().get(0));
    }

    private void hand(MessageTarget to, Object message) throws Throwable {
        session.answer(to.receiver().receive(session, message));
    }

    /** Created for the first sink that takes a stream. */
    private Streams streams() {
        Streams present = streams;
        if (present == null) {
            streams = present = new Streams(session);
        }
        return present;
    }

    /** See {@link io.highwater.wire.WireListener#keptBytes}. */
    public long keptBytes() {
        WholeMessage whole = gathered;
        return whole == null ? 0 : whole.capacity();
    }

    /**
     * @param payload may be kept by the receiver
     */
    public void onPong(ByteBuffer payload) {
        MessageTarget.Receiver to = targets.pong();
        if (to == null) {
            return;
        }
        PongMessage pong = payload::slice;
        try {
            session.answer(to.receive(session, pong));
        } catch (Throwable thrown) {
            session.survives(thrown);
        }
    }

    /** Whether {@link #end} may have to wait. */
    public boolean endMayBlock() {
        return streams != null;
    }

    /** Fails what a stream's method waits for, and returns when the method has returned. */
    public void end(IOException cause) {
        gathered = null;
        if (streams != null) {
            streams.end(cause);
        }
    }
}
