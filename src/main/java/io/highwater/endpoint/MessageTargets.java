package io.highwater.endpoint;

import jakarta.websocket.Decoder;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.AvailableDecoders;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.RegisteredDecoder;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.util.ReflectUtils;
import org.jspecify.annotations.Nullable;

/**
 * Where each kind of message of a session goes; null: nobody wants it. Sessions share that of their
 * class until they add a handler. Immutable.
 */
record MessageTargets(
        @Nullable MessageTarget text,
        @Nullable MessageTarget binary,
        MessageTarget.@Nullable Receiver pong,
        @Nullable MessageHandler pongHandler) {

    Set<MessageHandler> handlers() {
        return Stream.of(
                        text == null ? null : text.handler(),
                        binary == null ? null : binary.handler(),
                        pongHandler)
                .flatMap(Stream::ofNullable)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * With a handler whose type its class declares.
     *
     * @throws IllegalStateException it has no type, or one whose messages have a target
     */
    MessageTargets with(MessageHandler handler, AvailableDecoders decoders) {
        MessageTargets with = this;
        if (handler instanceof MessageHandler.Whole<?> whole) {
            with = with.with(type(handler, MessageHandler.Whole.class), whole, decoders);
        }
        if (handler instanceof MessageHandler.Partial<?> partial) {
            with = with.with(type(handler, MessageHandler.Partial.class), partial);
        }
        if (with == this) {
            throw new IllegalStateException(
                    handler.getClass().getName()
                            + " is neither a MessageHandler.Whole nor a MessageHandler.Partial");
        }
        return with;
    }

    private static Class<?> type(MessageHandler handler, Class<? extends MessageHandler> kind) {
        Class<?> type = ReflectUtils.findGenericClassFor(handler.getClass(), kind);
        if (type == null) {
            throw new IllegalStateException(
                    handler.getClass().getName()
                            + " does not tell its type: give the class when adding it");
        }
        return type;
    }

    /** With a handler of whole messages; {@code handler} takes those of {@code type}. */
    MessageTargets with(
            Class<?> type, MessageHandler.Whole<?> handler, AvailableDecoders decoders) {
        MessageTarget.Receiver receiver = whole(handler);
        if (PongMessage.class.isAssignableFrom(type)) {
            refuseIfTaken(pong, "pongs", handler);
            return new MessageTargets(text, binary, receiver, handler);
        }
        RegisteredDecoder first = decoders.getFirstRegisteredDecoder(type);
        if (first == null) {
            throw new IllegalStateException("no decoder makes " + type.getName());
        }
        Class<? extends Decoder> kind = first.interfaceType;
        return with(
                new MessageTarget(
                        MessageShape.ofDecoder(kind),
                        decoders.getRegisteredDecoders(kind, type),
                        receiver,
                        handler));
    }

    /** With a handler of parts, which are of String, ByteBuffer or byte[]. */
    MessageTargets with(Class<?> type, MessageHandler.Partial<?> handler) {
        MessageShape shape;
        if (type == String.class) {
            shape = MessageShape.TEXT_PARTS;
        } else if (type == ByteBuffer.class) {
            shape = MessageShape.BUFFER_PARTS;
        } else if (type == byte[].class) {
            shape = MessageShape.ARRAY_PARTS;
        } else {
            throw new IllegalStateException(
                    "parts come as String, ByteBuffer or byte[], not as " + type.getName());
        }
        return with(new MessageTarget(shape, List.of(), partial(handler), handler));
    }

    private MessageTargets with(MessageTarget target) {
        if (target.shape().opcode() == OpCode.TEXT) {
            refuseIfTaken(text, "text messages", target.handler());
            return new MessageTargets(target, binary, pong, pongHandler);
        }
        refuseIfTaken(binary, "binary messages", target.handler());
        return new MessageTargets(text, target, pong, pongHandler);
    }

    private static void refuseIfTaken(
            @Nullable Object target, String kind, @Nullable MessageHandler handler) {
        if (target != null) {
            throw new IllegalStateException(
                    "a handler of "
                            + kind
                            + " is there already; refused: "
                            + (handler == null ? "a method" : handler.getClass().getName()));
        }
    }

    /** Without a handler that was added; without effect if it was not. */
    MessageTargets without(MessageHandler handler) {
        return new MessageTargets(
                text != null && handler.equals(text.handler()) ? null : text,
                binary != null && handler.equals(binary.handler()) ? null : binary,
                handler.equals(pongHandler) ? null : pong,
                handler.equals(pongHandler) ? null : pongHandler);
    }

    @SuppressWarnings("unchecked") // its type is that of what the decoders make
    private static MessageTarget.Receiver whole(MessageHandler.Whole<?> handler) {
        MessageHandler.Whole<Object> typed = (MessageHandler.Whole<Object>) handler;
        return (session, message) -> {
            typed.onMessage(message[0]);
            return null;
        };
    }

    @SuppressWarnings("unchecked") // its type is that of the parts
    private static MessageTarget.Receiver partial(MessageHandler.Partial<?> handler) {
        MessageHandler.Partial<Object> typed = (MessageHandler.Partial<Object>) handler;
        return (session, message) -> {
            typed.onMessage(message[0], (Boolean) message[1]);
            return null;
        };
    }
}
