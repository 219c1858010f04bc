package io.highwater.endpoint.message;

import io.highwater.endpoint.codec.Decoders;
import io.highwater.endpoint.codec.GenericTypes;
import io.highwater.endpoint.codec.MessageShape;
import io.highwater.wire.Opcode;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where each kind of message of a session goes; null if nothing takes that kind. Sessions share
 * their class's targets until they add a handler. Immutable.
 */
public record MessageTargets(
        @Nullable MessageTarget text,
        @Nullable MessageTarget binary,
        MessageTarget.@Nullable Receiver pong,
        @Nullable MessageHandler pongHandler) {
    public static final MessageTargets NONE = new MessageTargets(null, null, null, null);

    Set<MessageHandler> handlers() {
        return Stream.of(
                        text == null ? null : text.handler(),
                        binary == null ? null : binary.handler(),
                        pongHandler)
                .flatMap(Stream::ofNullable)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Adds a handler whose class declares the type of its messages.
     *
     * @throws IllegalStateException if the class declares no type, or the type's messages have a
     *     target
     */
    public MessageTargets with(MessageHandler handler, Decoders decoders) {
        MessageTargets with = this;
        if (handler instanceof MessageHandler.Whole<?> whole) {
            with = with.with(type(handler, MessageHandler.Whole.class), whole, decoders);
        }
        if (handler instanceof MessageHandler.Partial<?> partial) {
            with =
                    with.with(
                            GenericTypes.raw(type(handler, MessageHandler.Partial.class)), partial);
        }
        if (with == this) {
            throw new IllegalStateException(
                    handler.getClass().getName()
                            + " is neither a MessageHandler.Whole nor a MessageHandler.Partial");
        }
        return with;
    }

    private static Type type(MessageHandler handler, Class<? extends MessageHandler> kind) {
        Type type = GenericTypes.argument(handler.getClass(), kind);
        if (type instanceof TypeVariable<?>) {
            throw new IllegalStateException(
                    handler.getClass().getName()
                            + " does not tell its type: give the class when adding it");
        }
        return type;
    }

    /** Adds a handler of whole messages, which takes those of {@code type}. */
    public MessageTargets with(Type type, MessageHandler.Whole<?> handler, Decoders decoders) {
        MessageTarget.Receiver receiver = whole(handler);
        if (type == PongMessage.class) {
            return withPong(receiver, handler);
        }
        return with(type, receiver, handler, decoders);
    }

    public MessageTargets withPong(MessageTarget.Receiver receiver) {
        return withPong(receiver, null);
    }

    private MessageTargets withPong(
            MessageTarget.Receiver receiver, @Nullable MessageHandler handler) {
        refuseIfTaken(pong, "pongs", handler);
        return new MessageTargets(text, binary, receiver, handler);
    }

    /**
     * Adds a receiver of whole messages of {@code type}: texts, binary messages, or both, depending
     * on the decoders.
     *
     * @throws IllegalStateException if no decoder yields the type, or its messages have a target
     */
    public MessageTargets with(
            Type type,
            MessageTarget.Receiver receiver,
            @Nullable MessageHandler handler,
            Decoders decoders) {
        MessageTargets with = this;
        for (Opcode opcode : List.of(Opcode.TEXT, Opcode.BINARY)) {
            List<Decoders.Entry> fitting = decoders.of(type, opcode);
            if (!fitting.isEmpty()) {
                MessageShape shape = fitting.get(0).shape();
                with = with.with(new MessageTarget(shape, fitting, receiver, handler));
            }
        }
        if (with == this) {
            throw new IllegalStateException("no decoder makes " + type.getTypeName());
        }
        return with;
    }

    /** Adds a handler of parts, which may be String, ByteBuffer or byte[]. */
    public MessageTargets with(Class<?> type, MessageHandler.Partial<?> handler) {
        return withParts(type, partial(handler), handler);
    }

    /**
     * Adds a receiver of parts, which may be String, ByteBuffer or byte[].
     *
     * @throws IllegalStateException if the parts are of another type, or already have a target
     */
    public MessageTargets withParts(
            Class<?> type, MessageTarget.Receiver receiver, @Nullable MessageHandler handler) {
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
        return with(new MessageTarget(shape, List.of(), receiver, handler));
    }

    private MessageTargets with(MessageTarget target) {
        if (target.shape().opcode() == Opcode.TEXT) {
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

    /** Removes a handler; does nothing if it was not added. */
    public MessageTargets without(MessageHandler handler) {
        return new MessageTargets(
                text != null && handler.equals(text.handler()) ? null : text,
                binary != null && handler.equals(binary.handler()) ? null : binary,
                handler.equals(pongHandler) ? null : pong,
                handler.equals(pongHandler) ? null : pongHandler);
    }

    @SuppressWarnings("unchecked") // the decoders yield the handler's type
    private static MessageTarget.Receiver whole(MessageHandler.Whole<?> handler) {
        MessageHandler.Whole<Object> typed = (MessageHandler.Whole<Object>) handler;
        return (session, message) -> {
            typed.onMessage(message[0]);
            return null;
        };
    }

    @SuppressWarnings("unchecked") // the parts have the handler's type
    private static MessageTarget.Receiver partial(MessageHandler.Partial<?> handler) {
        MessageHandler.Partial<Object> typed = (MessageHandler.Partial<Object>) handler;
        return (session, message) -> {
            typed.onMessage(message[0], (Boolean) message[1]);
            return null;
        };
    }
}
