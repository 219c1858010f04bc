package io.highwater.endpoint;

import io.highwater.endpoint.jetty.PathTemplate;
import io.highwater.endpoint.metadata.ConfiguratorChoices;
import io.highwater.endpoint.metadata.EndpointAnnotations;
import io.highwater.endpoint.metadata.EndpointMethods;
import io.highwater.endpoint.session.EndpointClass;
import io.highwater.endpoint.session.EndpointInstance;
import io.highwater.endpoint.session.SessionConfig;
import io.highwater.endpoint.session.SessionEnvironment;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.wire.Gate;
import io.highwater.wire.Route;
import io.highwater.wire.Wire;
import io.highwater.wire.WireAcceptor;
import io.highwater.wire.WireListener;
import io.highwater.wire.WireSettings;
import jakarta.websocket.server.ServerEndpointConfig;
import java.security.Principal;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One deployed endpoint class: its path, its route, and how it answers a handshake. Thread-safe.
 */
final class EndpointDeployment implements WireAcceptor {
    private final ServerEndpointConfig config;
    private final PathTemplate path;
    private final EndpointClass endpointClass;
    private final Route route;
    private final boolean ownHandshake;

    /**
     * @throws IllegalArgumentException if the path or an annotation is wrong; the message says what
     * @throws EndpointDeploymentException likewise for the class's methods or codecs
     */
    EndpointDeployment(
            ServerEndpointConfig config,
            String contextPath,
            Supplier<EndpointInstance> instances,
            SessionEnvironment environment,
            @Nullable Gate gate) {
        Class<?> endpoint = config.getEndpointClass();
        EndpointSettings node = environment.node().settings();
        this.config = config;
        this.path = new PathTemplate(contextPath + config.getPath());
        WireSettings settings = EndpointAnnotations.wireSettings(endpoint, node.wire());
        EndpointMethods methods = methods(config, path);
        EndpointClass.Opening opening = opening(config, methods);
        this.endpointClass =
                new EndpointClass(
                        environment,
                        config,
                        methods,
                        instances,
                        opening,
                        settings,
                        EndpointAnnotations.outboundSettings(endpoint, node.outbound()));
        this.ownHandshake =
                ConfiguratorChoices.overrides(config.getConfigurator(), "modifyHandshake");
        this.route =
                new Route(
                        EndpointAnnotations.routePolicy(endpoint, config),
                        settings,
                        environment.executor(),
                        opening == EndpointClass.Opening.UNTOLD
                                ? Route.Lifecycle.NON_BLOCKING
                                : Route.Lifecycle.MAY_BLOCK,
                        this,
                        ownGate(gate));
    }

    private static EndpointMethods methods(ServerEndpointConfig config, PathTemplate path) {
        try {
            return EndpointMethods.read(config, path.variables());
        } catch (RuntimeException e) {
            throw new EndpointDeploymentException(
                    config.getEndpointClass(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Whether any code of the class may be told that a session opens. */
    private static EndpointClass.Opening opening(
            ServerEndpointConfig config, EndpointMethods methods) {
        boolean untold =
                methods.open() == null
                        && methods.close() == null
                        && !methods.readPath()
                        && !ConfiguratorChoices.overrides(
                                config.getConfigurator(), "getEndpointInstance")
                        && !EndpointAnnotations.hasPostConstruct(config.getEndpointClass());
        return untold ? EndpointClass.Opening.UNTOLD : EndpointClass.Opening.TOLD;
    }

    /** The gate if it guards anything or if the configurator may ask for the user; else null. */
    private @Nullable Gate ownGate(@Nullable Gate gate) {
        if (gate == null || !(gate.isGuarded() || ownHandshake)) {
            return null;
        }
        try {
            gate.open();
            return gate;
        } catch (IllegalStateException e) {
            throw new EndpointDeploymentException(
                    config.getEndpointClass(), String.valueOf(e.getMessage()), e);
        }
    }

    PathTemplate path() {
        return path;
    }

    Route route() {
        return route;
    }

    EndpointClass endpointClass() {
        return endpointClass;
    }

    Class<?> type() {
        return config.getEndpointClass();
    }

    /** The path without its variables' names: paths of the same shape match the same requests. */
    String shape() {
        return config.getPath().replaceAll("\\{[^/}]*}", "{}");
    }

    @Override
    public WireListener accept(
            Wire wire,
            UpgradeRequest request,
            UpgradeDecision.Accepted decision,
            ResponseHeaders headers) {
        SessionConfig own =
                endpointClass.sessionConfig(
                        path.values(request.path()), principal(request, decision));
        String subprotocol = decision.subprotocol();
        if (ownHandshake) {
            EndpointHandshake.Response response = new EndpointHandshake.Response(headers.all());
            EndpointHandshake handshake =
                    new EndpointHandshake(request, own.pathParams(), own.principal());
            config.getConfigurator().modifyHandshake(own, handshake, response);
            handshake.end();
            response.copyTo(headers);
            subprotocol =
                    response.subprotocol(subprotocol, request.headers("Sec-WebSocket-Protocol"));
            headers.subprotocol(subprotocol);
        }
        return endpointClass.session(wire, request, subprotocol, own);
    }

    /**
     * The web application's user, else the user that the handshake rules found; null if neither.
     */
    private static @Nullable Principal principal(
            UpgradeRequest request, UpgradeDecision.Accepted decision) {
        Principal ofApplication = request.visitor().principal();
        if (ofApplication != null || decision.identity().isAnonymous()) {
            return ofApplication;
        }
        return decision.identity();
    }
}
