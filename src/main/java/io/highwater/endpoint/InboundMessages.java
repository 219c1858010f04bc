package io.highwater.endpoint;

import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.MessageHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketPongMessage;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.RegisteredDecoder;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.exception.MessageTooLargeException;
import org.eclipse.jetty.websocket.core.messages.MessageSink;
import org.eclipse.jetty.websocket.core.util.MethodHolder;
import org.jspecify.annotations.Nullable;

/**
 * Brings the messages of one session to its endpoint's methods and handlers, decoded; what they
 * return is sent. Each message ends in one demand or one failure of its session.
 *
 * <p>Confined to the session's run, but for the handlers, which any thread may add and remove.
 */
final class InboundMessages {
    private final EndpointSession session;

    /** Written under this. */
    private volatile MessageTargets targets;

    /** Of the message that is arriving; null: nobody wants it. */
    private @Nullable MessageTarget current;

    /** Null unless fragments wait for their last one. */
    private @Nullable WholeMessage gathered;

    // Null unless a method or handler takes streams or parts; each for one target of its kind.
    private @Nullable TargetSink textSink;
    private @Nullable TargetSink binarySink;

    /** Null unless a method takes streams. */
    private @Nullable Streams streams;

    private record TargetSink(MessageTarget target, MessageSink sink) {}

    InboundMessages(EndpointSession session, MessageTargets targets) {
        this.session = session;
        this.targets = targets;
    }

    // Handlers.

    Set<MessageHandler> handlers() {
        return targets.handlers();
    }

    /** Adds or removes a handler. */
    synchronized void change(UnaryOperator<MessageTargets> change) {
        targets = change.apply(targets);
    }

    // Messages.

    void onFragment(byte opcode, ByteBuffer payload, boolean last) {
        boolean first = opcode != OpCode.CONTINUATION;
        if (first) {
            current = opcode == OpCode.TEXT ? targets.text() : targets.binary();
            forgetRemoved();
        }
        MessageTarget to = current;
        if (to == null) {
            session.demand();
        } else if (!to.shape().isWhole()) {
            MessageSink sink = sink(to);
            if (sink != null) {
                // They may keep it beyond the next demand, but for one that is whole.
                sink.accept(
                        new Frame(opcode, last, first && last ? payload : copy(payload)), session);
            }
        } else if (first && last) {
            deliver(to, payload);
        } else {
            gather(to, opcode, payload, first, last);
        }
    }

    /** A handler that was removed is not kept by its sink. */
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

    static ByteBuffer copy(ByteBuffer payload) {
        return ByteBuffer.allocate(payload.remaining()).put(payload).flip();
    }

    private void gather(
            MessageTarget to, byte opcode, ByteBuffer payload, boolean first, boolean last) {
        if (first) {
            gathered = new WholeMessage(maxBytes(opcode), payload.remaining());
        }
        WholeMessage whole = gathered;
        if (whole == null) {
            session.demand(); // The rest of one that was too large.
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

    private long maxBytes(byte opcode) {
        return opcode == OpCode.TEXT
                ? session.getMaxTextMessageSize()
                : session.getMaxBinaryMessageSize();
    }

    private void deliver(MessageTarget to, ByteBuffer payload) {
        try {
            long maxBytes = maxBytes(to.shape().opcode());
            if (payload.remaining() > maxBytes) {
                throw new MessageTooLargeException(
                        payload.remaining() + " bytes are more than " + maxBytes);
            }
            Object message =
                    to.shape() == MessageShape.TEXT ? text(to, payload) : binary(to, payload);
            session.answer(to.receiver().receive(session, message));
        } catch (Throwable thrown) {
            session.failed(thrown);
            return;
        }
        session.demand();
    }

    /** The first decoder that wants it has it. */
    private Object text(MessageTarget to, ByteBuffer payload) throws DecodeException, IOException {
        String text = string(payload);
        for (RegisteredDecoder registered : to.decoders()) {
            Decoder.Text<?> decoder = own(registered).getInstance();
            if (decoder.willDecode(text)) {
                Object message = decoder.decode(text);
                if (message == null) {
                    break;
                }
                return message;
            }
        }
        throw new DecodeException(text, "no decoder wants it");
    }

    private Object binary(MessageTarget to, ByteBuffer payload)
            throws DecodeException, IOException {
        for (RegisteredDecoder registered : to.decoders()) {
            Decoder.Binary<?> decoder = own(registered).getInstance();
            if (decoder.willDecode(payload.duplicate())) {
                Object message = decoder.decode(payload);
                if (message == null) {
                    break;
                }
                return message;
            }
        }
        throw new DecodeException(payload, "no decoder wants it");
    }

    private RegisteredDecoder own(RegisteredDecoder registered) throws IOException {
        return registered.primitive ? registered : session.codecs().own(registered);
    }

    /** The wire has seen that it is UTF-8. */
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

    /** Null: it can't be made, which is told; the rest of the message is dropped. */
    private @Nullable MessageSink sink(MessageTarget to) {
        boolean isText = to.shape().opcode() == OpCode.TEXT;
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

    private MessageSink newSink(MessageTarget to, boolean isText) throws IOException {
        MethodHolder receiver =
                message -> {
                    session.answer(to.receiver().receive(session, message));
                    return null;
                };
        MessageSink sink = to.shape().sink(session, receiver, session.codecs().own(to.decoders()));
        TargetSink made = new TargetSink(to, sink);
        if (isText) {
            textSink = made;
        } else {
            binarySink = made;
        }
        return sink;
    }

    /** Made for the first sink that takes a stream. */
    Streams streams() {
        Streams present = streams;
        if (present == null) {
            streams = present = new Streams(session);
        }
        return present;
    }

    /** As {@link io.highwater.wire.WireListener#keptBytes}. */
    long keptBytes() {
        WholeMessage whole = gathered;
        return whole == null ? 0 : whole.capacity();
    }

    void onPong(ByteBuffer payload) {
        MessageTarget.Receiver to = targets.pong();
        if (to == null) {
            return;
        }
        try {
            session.answer(to.receive(session, new JakartaWebSocketPongMessage(payload)));
        } catch (Throwable thrown) {
            session.survives(thrown);
        }
    }

    /** Whether {@link #end} may have to wait. */
    boolean endMayBlock() {
        return streams != null;
    }

    /** Ends what a method waits for, and returns when it has. */
    void end(SessionClosedException cause) {
        gathered = null;
        if (streams != null) {
            streams.end(cause);
        }
    }
}
