package io.highwater.endpoint.metadata;

import io.highwater.endpoint.codec.Decoders;
import io.highwater.endpoint.codec.GenericTypes;
import io.highwater.endpoint.message.MessageTargets;
import jakarta.websocket.OnMessage;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import java.io.InputStream;
import java.io.Reader;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The targets of the {@code @OnMessage} methods of one class, and their size limits. Immutable.
 *
 * @param maxTextBytes null if no method sets it
 * @param maxBinaryBytes likewise
 */
record MessageMethods(
        MessageTargets targets, @Nullable Integer maxTextBytes, @Nullable Integer maxBinaryBytes) {

    /**
     * @throws IllegalArgumentException if a method is wrong; names it
     */
    static MessageMethods read(AnnotatedMethods methods, Set<String> variables, Decoders decoders) {
        MessageMethods read = new MessageMethods(MessageTargets.NONE, null, null);
        for (Method method : methods.with(OnMessage.class)) {
            try {
                read = read.with(methods.endpoint(), method, variables, decoders);
            } catch (IllegalStateException e) {
                throw CallbackMethod.unfit(method, String.valueOf(e.getMessage()));
            }
        }
        return read;
    }

    private MessageMethods with(
            Class<?> endpoint, Method method, Set<String> variables, Decoders decoders) {
        List<Parameter> message =
                Stream.of(method.getParameters())
                        .filter(own -> !own.isAnnotationPresent(PathParam.class))
                        .filter(own -> own.getType() != Session.class)
                        .toList();
        if (message.size() == 2) {
            return withParts(endpoint, method, variables, message);
        } else if (message.size() != 1) {
            throw CallbackMethod.unfit(method, "an @OnMessage method takes one message");
        }
        Class<?> brought = message.get(0).getType();
        CallbackMethod callback = CallbackMethod.of(endpoint, method, variables, brought);
        if (brought == PongMessage.class) {
            return new MessageMethods(targets.withPong(callback), maxTextBytes, maxBinaryBytes);
        }
        Type type =
                GenericTypes.resolve(
                        message.get(0).getParameterizedType(),
                        method.getDeclaringClass(),
                        endpoint);
        MessageTargets with = targets.with(type, callback, null, decoders);
        Integer max = brought == Reader.class || brought == InputStream.class ? null : max(method);
        return new MessageMethods(
                with,
                max == null || with.text() == targets.text() ? maxTextBytes : max,
                max == null || with.binary() == targets.binary() ? maxBinaryBytes : max);
    }

    private MessageMethods withParts(
            Class<?> endpoint, Method method, Set<String> variables, List<Parameter> message) {
        int last = message.get(0).getType() == boolean.class ? 0 : 1;
        if (message.get(last).getType() != boolean.class) {
            throw CallbackMethod.unfit(
                    method, message.get(last).getType().getName() + " is one message too many");
        }
        Class<?> part = message.get(1 - last).getType();
        CallbackMethod callback =
                CallbackMethod.of(endpoint, method, variables, part, boolean.class);
        return new MessageMethods(
                targets.withParts(part, callback, null), maxTextBytes, maxBinaryBytes);
    }

    private static @Nullable Integer max(Method method) {
        long max = method.getAnnotation(OnMessage.class).maxMessageSize();
        if (max > Integer.MAX_VALUE) {
            throw CallbackMethod.unfit(
                    method, "maxMessageSize is " + max + ", more than " + Integer.MAX_VALUE);
        }
        return max == -1 ? null : (Integer) (int) max;
    }
}
