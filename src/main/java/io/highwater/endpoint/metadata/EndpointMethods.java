package io.highwater.endpoint.metadata;

import io.highwater.endpoint.codec.Decoders;
import io.highwater.endpoint.codec.Encoders;
import io.highwater.endpoint.message.MessageTarget;
import io.highwater.endpoint.message.MessageTargets;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The methods, decoders and encoders of one endpoint class, read once, at deployment. Thread-safe.
 *
 * @param maxTextBytes the limit that {@code @OnMessage} sets; null if it sets none
 * @param maxBinaryBytes likewise
 */
public record EndpointMethods(
        @Nullable CallbackMethod open,
        @Nullable CallbackMethod close,
        @Nullable CallbackMethod error,
        MessageTargets targets,
        @Nullable Integer maxTextBytes,
        @Nullable Integer maxBinaryBytes,
        Decoders decoders,
        Encoders encoders) {

    /**
     * @param variables the variables of the endpoint's path
     * @throws IllegalArgumentException if the class's methods or codecs are wrong; says what
     */
    public static EndpointMethods read(ServerEndpointConfig config, Set<String> variables) {
        Decoders decoders = new Decoders(config.getDecoders());
        Encoders encoders = new Encoders(config.getEncoders());
        if (Endpoint.class.isAssignableFrom(config.getEndpointClass())) {
            return new EndpointMethods(
                    ofEndpoint("onOpen", EndpointConfig.class),
                    ofEndpoint("onClose", CloseReason.class),
                    ofEndpoint("onError", Throwable.class),
                    MessageTargets.NONE,
                    null,
                    null,
                    decoders,
                    encoders);
        }
        AnnotatedMethods methods = new AnnotatedMethods(config.getEndpointClass());
        MessageMethods messages = MessageMethods.read(methods, variables, decoders);
        return new EndpointMethods(
                annotated(methods, OnOpen.class, variables, EndpointConfig.class),
                annotated(methods, OnClose.class, variables, CloseReason.class),
                error(methods, variables),
                messages.targets(),
                messages.maxTextBytes(),
                messages.maxBinaryBytes(),
                decoders,
                encoders);
    }

    private static CallbackMethod ofEndpoint(String name, Class<?> brought) {
        try {
            Method method = Endpoint.class.getMethod(name, Session.class, brought);
            return CallbackMethod.of(Endpoint.class, method, Set.of(), brought);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable CallbackMethod annotated(
            AnnotatedMethods methods,
            Class<? extends Annotation> annotation,
            Set<String> variables,
            Class<?> brought) {
        Method method = methods.one(annotation);
        return method == null
                ? null
                : CallbackMethod.of(methods.endpoint(), method, variables, brought);
    }

    private static @Nullable CallbackMethod error(AnnotatedMethods methods, Set<String> variables) {
        Method method = methods.one(OnError.class);
        if (method != null && !Set.of(method.getParameterTypes()).contains(Throwable.class)) {
            throw CallbackMethod.unfit(method, "an @OnError method takes a Throwable");
        }
        return annotated(methods, OnError.class, variables, Throwable.class);
    }

    /** Whether a request's path may fail to fit the parameters of one of the methods. */
    public boolean readPath() {
        return all().anyMatch(CallbackMethod::readsPath);
    }

    /**
     * @throws PathParamException if a path parameter does not fit the type that a method has for it
     */
    public void check(Map<String, String> pathParams) throws PathParamException {
        for (CallbackMethod method : all().toList()) {
            method.check(pathParams);
        }
    }

    private Stream<CallbackMethod> all() {
        return Stream.of(
                        open,
                        close,
                        error,
                        (CallbackMethod) targets.pong(),
                        receiver(targets.text()),
                        receiver(targets.binary()))
                .filter(Objects::nonNull);
    }

    private static @Nullable CallbackMethod receiver(@Nullable MessageTarget target) {
        return target == null ? null : (CallbackMethod) target.receiver();
    }
}
