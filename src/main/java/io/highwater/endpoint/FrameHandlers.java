package io.highwater.endpoint;

import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketContainer;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketFrameHandlerMetadata;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketMessageMetadata;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.RegisteredDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.server.JakartaWebSocketServerFrameHandlerFactory;
import org.eclipse.jetty.http.pathmap.UriTemplatePathSpec;
import org.eclipse.jetty.websocket.core.util.InvokerUtils;
import org.eclipse.jetty.websocket.core.util.MethodHolder;
import org.jspecify.annotations.Nullable;

/**
 * Makes Jetty's frame handler of each session of one endpoint class. The class is read once, at
 * deployment (stock Jetty reads it at every upgrade). Thread-safe.
 */
final class FrameHandlers extends JakartaWebSocketServerFrameHandlerFactory {
    private final CallbackMethod.Shapes shapes = new CallbackMethod.Shapes();
    private @Nullable JakartaWebSocketFrameHandlerMetadata metadata;

    FrameHandlers(JakartaWebSocketContainer container) {
        super(container);
    }

    /** Reads the class; what is wrong with its methods is thrown here. */
    JakartaWebSocketFrameHandlerMetadata read(ServerEndpointConfig config) {
        metadata = getMetadata(config.getEndpointClass(), config);
        return metadata;
    }

    /**
     * @throws PathParamException a path parameter does not fit its type
     */
    EndpointFrameHandler handler(Object endpoint, SessionConfig config, EndpointSession session) {
        JakartaWebSocketFrameHandlerMetadata read = metadata;
        if (read == null) {
            throw new IllegalStateException("the endpoint class was not read");
        }
        UriTemplatePathSpec template = read.getUriTemplatePathSpec();
        String[] variables = template == null ? new String[0] : template.getVariables();
        Map<String, String> params = config.getPathParams();
        EndpointFrameHandler.Methods methods =
                new EndpointFrameHandler.Methods(
                        bound(shapes.holder(read.getOpenHandle()), endpoint, variables, params),
                        bound(shapes.holder(read.getCloseHandle()), endpoint, variables, params),
                        bound(shapes.holder(read.getErrorHandle()), endpoint, variables, params),
                        message(read.getTextMetadata(), config, variables, params),
                        message(read.getBinaryMetadata(), config, variables, params),
                        bound(shapes.holder(read.getPongHandle()), endpoint, variables, params));
        return new EndpointFrameHandler(container, session, endpoint, methods, config);
    }

    private @Nullable MethodHolder bound(
            @Nullable MethodHolder method,
            Object endpoint,
            String[] variables,
            Map<String, String> params) {
        return InvokerUtils.bindTo(templated(method, variables, params), endpoint);
    }

    private @Nullable MethodHolder templated(
            @Nullable MethodHolder method, String[] variables, Map<String, String> params) {
        if (variables.length == 0 || method == null) {
            return method;
        }
        try {
            return bindTemplateVariables(method, variables, params);
        } catch (IllegalArgumentException e) {
            throw new PathParamException(e);
        }
    }

    /** A session's own copy: Jetty would share the decoders' instances between sessions. */
    private @Nullable JakartaWebSocketMessageMetadata message(
            @Nullable JakartaWebSocketMessageMetadata read,
            SessionConfig config,
            String[] variables,
            Map<String, String> params) {
        if (read == null) {
            return null;
        }
        JakartaWebSocketMessageMetadata own = JakartaWebSocketMessageMetadata.copyOf(read);
        MethodHolder.Binding method = (MethodHolder.Binding) read.getMethodHolder();
        own.setMethodHolder(templated(shapes.holder(method._methodHandle), variables, params));
        own.setSinkClass(MessageSinks.insteadOf(read.getSinkClass()));
        List<RegisteredDecoder> decoders = read.getRegisteredDecoders();
        if (decoders != null && decoders.stream().anyMatch(decoder -> !decoder.primitive)) {
            List<RegisteredDecoder> fresh = new ArrayList<>(decoders.size());
            for (RegisteredDecoder decoder : decoders) {
                fresh.add(
                        new RegisteredDecoder(
                                decoder.decoder,
                                decoder.interfaceType,
                                decoder.objectType,
                                config,
                                components,
                                decoder.primitive));
            }
            own.setRegisteredDecoders(fresh);
        }
        return own;
    }

    /**
     * Destroys the session's own copies of its decoders; Jetty knows only those of its tables. The
     * primitive ones are shared and have nothing to destroy.
     */
    static void destroyDecoders(EndpointFrameHandler handler) {
        destroyDecoders(handler.getTextMetadata());
        destroyDecoders(handler.getBinaryMetadata());
    }

    private static void destroyDecoders(@Nullable JakartaWebSocketMessageMetadata message) {
        if (message != null && message.getRegisteredDecoders() != null) {
            for (RegisteredDecoder decoder : message.getRegisteredDecoders()) {
                if (!decoder.primitive) {
                    decoder.destroyInstance();
                }
            }
        }
    }
}
