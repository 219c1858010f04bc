package io.highwater.endpoint;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.outbound.SendQueues;
import io.highwater.time.TimerWheel;
import io.highwater.wire.Gate;
import io.highwater.wire.Route;
import io.highwater.wire.Wire;
import io.highwater.wire.WireAcceptor;
import io.highwater.wire.WireListener;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.security.Principal;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.pathmap.UriTemplatePathSpec;
import org.eclipse.jetty.util.URIUtil;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.jspecify.annotations.Nullable;

/** One deployed endpoint class: its route, and what its sessions share. Thread-safe. */
final class EndpointDeployment implements WireAcceptor {
    private final ServerEndpointConfig config;
    private final UriTemplatePathSpec path;
    private final Supplier<EndpointInstance> instances;
    private final EndpointNode node;
    private final WebSocketComponents components;
    private final Requests requests;
    private final SendQueues queues;
    private final Set<EndpointSession> sessions = ConcurrentHashMap.newKeySet();
    private final EndpointContainer container;
    private final EndpointMethods methods;
    private final Route route;
    private final boolean ownHandshake;
    private final boolean opensUntold;
    private final BooleanSupplier retired;

    EndpointDeployment(
            ServerEndpointConfig config,
            String contextPath,
            Supplier<EndpointInstance> instances,
            EndpointNode node,
            EndpointContainer container,
            WebSocketComponents components,
            Requests requests,
            Executor executor,
            BooleanSupplier retired,
            @Nullable Gate gate) {
        Class<?> endpoint = config.getEndpointClass();
        this.config = config;
        this.retired = retired;
        this.path = new UriTemplatePathSpec(contextPath + config.getPath());
        this.instances = instances;
        this.node = node;
        this.components = components;
        this.requests = requests;
        this.queues =
                new SendQueues(
                        EndpointAnnotations.outboundSettings(endpoint, node.settings().outbound()),
                        node.outbound());
        this.container = container;
        try {
            this.methods = EndpointMethods.read(config, Set.of(path.getVariables()), components);
        } catch (RuntimeException e) {
            throw new EndpointDeploymentException(endpoint, String.valueOf(e.getMessage()), e);
        }
        this.opensUntold =
                methods.open() == null
                        && methods.close() == null
                        && !methods.readPath()
                        && !ConfiguratorChoices.overrides(
                                config.getConfigurator(), "getEndpointInstance")
                        && !EndpointAnnotations.hasPostConstruct(endpoint);
        this.ownHandshake =
                ConfiguratorChoices.overrides(config.getConfigurator(), "modifyHandshake");
        this.route =
                new Route(
                        EndpointAnnotations.routePolicy(endpoint, config),
                        EndpointAnnotations.wireSettings(endpoint, node.settings().wire()),
                        executor,
                        opensUntold ? Route.Lifecycle.NON_BLOCKING : Route.Lifecycle.MAY_BLOCK,
                        this,
                        ownGate(gate));
    }

    /** Not for those who would learn nothing there, and nothing keeps out. */
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

    /** Whether its beans are about to go; see {@link Endpoints#retire}. */
    boolean isRetired() {
        return retired.getAsBoolean();
    }

    UriTemplatePathSpec path() {
        return path;
    }

    Route route() {
        return route;
    }

    Class<?> endpointClass() {
        return config.getEndpointClass();
    }

    /** The path without the names of its variables: two of one shape match the same requests. */
    String shape() {
        return config.getPath().replaceAll("\\{[^/}]*}", "{}");
    }

    WebSocketComponents components() {
        return components;
    }

    Set<EndpointSession> sessions() {
        return sessions;
    }

    /** Those that have opened, and can still send. */
    Set<Session> openSessions() {
        return sessions.stream()
                .map(EndpointSession::jakartaSession)
                .filter(session -> session != null && session.isOpen())
                .collect(Collectors.toUnmodifiableSet());
    }

    EndpointContainer container() {
        return container;
    }

    EndpointMethods methods() {
        return methods;
    }

    EndpointNode node() {
        return node;
    }

    Requests requests() {
        return requests;
    }

    TimerWheel wheel() {
        return node.outbound().wheel();
    }

    SendQueues queues() {
        return queues;
    }

    @Override
    public WireListener accept(
            Wire wire,
            UpgradeRequest request,
            UpgradeDecision.Accepted decision,
            ResponseHeaders headers) {
        SessionConfig own =
                SessionConfig.of(config, pathParams(request.path()), principal(request, decision));
        String subprotocol = decision.subprotocol();
        if (ownHandshake) {
            EndpointHandshake.Response response = new EndpointHandshake.Response(headers.all());
            EndpointHandshake handshake =
                    new EndpointHandshake(request, own.getPathParams(), own.principal());
            config.getConfigurator().modifyHandshake(own, handshake, response);
            handshake.end();
            response.copyTo(headers);
            subprotocol =
                    response.subprotocol(subprotocol, request.headers("Sec-WebSocket-Protocol"));
            headers.subprotocol(subprotocol);
        }
        return new EndpointSession(this, wire, request, subprotocol, own);
    }

    /** Who the web application knows, else who the handshake rules know; null for nobody. */
    private static @Nullable Principal principal(
            UpgradeRequest request, UpgradeDecision.Accepted decision) {
        Principal ofApplication = request.visitor().principal();
        if (ofApplication != null || decision.identity().isAnonymous()) {
            return ofApplication;
        }
        return decision.identity();
    }

    /**
     * Whether nothing of the class is called at a session's opening, so that its instance is made
     * for the first message.
     */
    boolean opensUntold() {
        return opensUntold;
    }

    EndpointInstance newInstance() {
        return instances.get();
    }

    private Map<String, String> pathParams(String requestPath) {
        if (path.getVariableCount() == 0) {
            return Map.of();
        }
        Map<String, String> encoded = path.getPathParams(requestPath);
        Map<String, String> params = new HashMap<>();
        encoded.forEach((name, value) -> params.put(name, URIUtil.decodePath(value)));
        return Map.copyOf(params);
    }
}
