package io.highwater.endpoint;

import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketContainer;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketFrameHandlerMetadata;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketMessageMetadata;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.AvailableDecoders;
import org.eclipse.jetty.ee10.websocket.jakarta.common.encoders.AvailableEncoders;
import org.eclipse.jetty.ee10.websocket.jakarta.common.encoders.RegisteredEncoder;
import org.eclipse.jetty.ee10.websocket.jakarta.server.JakartaWebSocketServerFrameHandlerFactory;
import org.eclipse.jetty.http.pathmap.UriTemplatePathSpec;
import org.eclipse.jetty.websocket.core.util.MethodHolder;
import org.jspecify.annotations.Nullable;

/**
 * The methods, decoders and encoders of one endpoint class, as Jetty reads them: once, at
 * deployment (stock Jetty does it at every upgrade, and makes 40 codec entries for each session).
 * Thread-safe.
 *
 * @param maxTextBytes what {@code @OnMessage} sets; null: nothing
 * @param maxBinaryBytes likewise
 */
record EndpointMethods(
        @Nullable CallbackMethod open,
        @Nullable CallbackMethod close,
        @Nullable CallbackMethod error,
        MessageTargets targets,
        @Nullable Integer maxTextBytes,
        @Nullable Integer maxBinaryBytes,
        AvailableDecoders decoders,
        AvailableEncoders encoders) {
    private static final String[] NO_VARIABLES = new String[0];

    /**
     * @throws RuntimeException says what is wrong with the class's methods
     */
    static EndpointMethods read(ServerEndpointConfig config, JakartaWebSocketContainer container) {
        JakartaWebSocketFrameHandlerMetadata read =
                new JakartaWebSocketServerFrameHandlerFactory(container)
                        .getMetadata(config.getEndpointClass(), config);
        UriTemplatePathSpec template = read.getUriTemplatePathSpec();
        String[] variables = template == null ? NO_VARIABLES : template.getVariables();
        JakartaWebSocketMessageMetadata text = read.getTextMetadata();
        JakartaWebSocketMessageMetadata binary = read.getBinaryMetadata();
        return new EndpointMethods(
                method(read.getOpenHandle(), variables),
                method(read.getCloseHandle(), variables),
                method(read.getErrorHandle(), variables),
                new MessageTargets(
                        target(text, variables),
                        target(binary, variables),
                        method(read.getPongHandle(), variables),
                        null),
                maxBytes(text),
                maxBytes(binary),
                read.getAvailableDecoders(),
                read.getAvailableEncoders());
    }

    private static @Nullable CallbackMethod method(
            @Nullable MethodHandle handle, String[] variables) {
        return handle == null ? null : new CallbackMethod(handle, variables);
    }

    private static @Nullable MessageTarget target(
            @Nullable JakartaWebSocketMessageMetadata read, String[] variables) {
        if (read == null) {
            return null;
        }
        MethodHandle handle = ((MethodHolder.Binding) read.getMethodHolder())._methodHandle;
        return new MessageTarget(
                MessageShape.ofSink(read.getSinkClass()),
                read.getRegisteredDecoders() == null
                        ? List.of()
                        : List.copyOf(read.getRegisteredDecoders()),
                new CallbackMethod(handle, variables),
                null);
    }

    private static @Nullable Integer maxBytes(@Nullable JakartaWebSocketMessageMetadata read) {
        return read == null || !read.isMaxMessageSizeSet() ? null : read.getMaxMessageSize();
    }

    /** The entry for objects of {@code type}, or null. */
    @Nullable RegisteredEncoder encoder(Class<?> type) {
        try {
            return encoders.getRegisteredEncoderFor(type);
        } catch (NoSuchElementException e) {
            return null;
        }
    }

    /**
     * @throws PathParamException a path parameter does not fit the type that some method has for it
     */
    void check(Map<String, String> pathParams) {
        Stream.of(
                        open,
                        close,
                        error,
                        (CallbackMethod) targets.pong(),
                        receiver(targets.text()),
                        receiver(targets.binary()))
                .filter(Objects::nonNull)
                .forEach(method -> method.check(pathParams));
    }

    private static @Nullable CallbackMethod receiver(@Nullable MessageTarget target) {
        return target == null ? null : (CallbackMethod) target.receiver();
    }
}
