package io.highwater.endpoint;

import io.highwater.endpoint.jetty.PathTable;
import io.highwater.endpoint.metadata.ConfiguratorChoices;
import io.highwater.endpoint.session.EndpointInstance;
import io.highwater.endpoint.session.OpenSession;
import io.highwater.endpoint.session.SessionEnvironment;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Gate;
import io.highwater.wire.Route;
import io.highwater.wire.Router;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of one bean container: deploys them, finds them by path, knows their sessions.
 *
 * <p>Deployment comes first and from one thread; all other methods are thread-safe.
 */
public final class Endpoints implements Router {
    private final SessionEnvironment environment;
    private final @Nullable Gate gate;
    private final String contextPath;
    private final BeanManager beans;
    private final PathTable<EndpointDeployment> paths = new PathTable<>();
    private final List<EndpointDeployment> deployments = new ArrayList<>();

    /**
     * @param contextPath prefix of the endpoints' own paths, such as "/team"; may be ""
     * @param executor runs the endpoints' methods, which may block
     */
    public Endpoints(EndpointNode node, String contextPath, BeanManager beans, Executor executor) {
        this(node, contextPath, beans, executor, null);
    }

    /**
     * @param gate the web application's checks that handshakes have to pass; null if there are none
     */
    public Endpoints(
            EndpointNode node,
            String contextPath,
            BeanManager beans,
            Executor executor,
            @Nullable Gate gate) {
        this.environment = new SessionEnvironment(node, beans, executor);
        this.gate = gate;
        this.contextPath = contextPath;
        this.beans = beans;
    }

    /**
     * Deploys a bean whose class has {@link ServerEndpoint}.
     *
     * @throws EndpointDeploymentException names the class and what is wrong with it
     */
    public void deploy(Bean<?> bean) {
        Class<?> endpoint = bean.getBeanClass();
        ServerEndpoint annotation = endpoint.getAnnotation(ServerEndpoint.class);
        if (annotation == null) {
            throw new EndpointDeploymentException(endpoint, "has no @ServerEndpoint");
        }
        ServerEndpointConfig.Configurator own = configurator(endpoint, annotation);
        ServerEndpointConfig config = config(endpoint, annotation, own);
        Supplier<EndpointInstance> instances =
                ConfiguratorChoices.overrides(config.getConfigurator(), "getEndpointInstance")
                        ? () -> instanceOf(config)
                        : () -> EndpointInstance.of(beans, bean);
        deploy(config, instances);
    }

    /**
     * Deploys an endpoint that is configured in code: a subclass of {@link Endpoint}. Its
     * configurator creates the instances if it overrides {@code getEndpointInstance}; otherwise the
     * class must be a bean.
     *
     * @throws EndpointDeploymentException names the class and what is wrong with it
     */
    public void deploy(ServerEndpointConfig config) {
        Class<?> endpoint = config.getEndpointClass();
        if (!Endpoint.class.isAssignableFrom(endpoint)) {
            throw new EndpointDeploymentException(
                    endpoint,
                    "a ServerEndpointConfig is for subclasses of " + Endpoint.class.getName());
        }
        if (ConfiguratorChoices.overrides(config.getConfigurator(), "getEndpointInstance")) {
            deploy(config, () -> instanceOf(config));
            return;
        }
        Bean<?> bean =
                beans.getBeans(endpoint, Any.Literal.INSTANCE).stream()
                        .filter(candidate -> candidate.getBeanClass() == endpoint)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new EndpointDeploymentException(
                                                endpoint,
                                                "is no bean: it needs a constructor without"
                                                        + " parameters or with @Inject"));
        deploy(config, () -> EndpointInstance.of(beans, bean));
    }

    private static ServerEndpointConfig config(
            Class<?> endpoint,
            ServerEndpoint annotation,
            ServerEndpointConfig.@Nullable Configurator configurator) {
        try {
            return ServerEndpointConfig.Builder.create(endpoint, annotation.value())
                    .configurator(configurator)
                    .encoders(List.of(annotation.encoders()))
                    .decoders(List.of(annotation.decoders()))
                    .subprotocols(List.of(annotation.subprotocols()))
                    .build();
        } catch (IllegalStateException e) {
            throw new EndpointDeploymentException(endpoint, String.valueOf(e.getMessage()), e);
        }
    }

    private void deploy(ServerEndpointConfig config, Supplier<EndpointInstance> instances) {
        EndpointDeployment deployment;
        try {
            deployment = new EndpointDeployment(config, contextPath, instances, environment, gate);
        } catch (IllegalArgumentException e) {
            throw new EndpointDeploymentException(
                    config.getEndpointClass(), String.valueOf(e.getMessage()), e);
        }
        for (EndpointDeployment other : deployments) {
            if (other.shape().equals(deployment.shape())) {
                throw new EndpointDeploymentException(
                        config.getEndpointClass(),
                        "the path " + config.getPath() + " is taken by " + other.type().getName());
            }
        }
        deployments.add(deployment);
        paths.put(deployment.path(), deployment);
    }

    private static EndpointInstance instanceOf(ServerEndpointConfig config) {
        try {
            return EndpointInstance.of(
                    config.getConfigurator().getEndpointInstance(config.getEndpointClass()));
        } catch (InstantiationException e) {
            throw new IllegalStateException(
                    "the configurator of " + config.getEndpointClass().getName() + " failed", e);
        }
    }

    private static ServerEndpointConfig.@Nullable Configurator configurator(
            Class<?> endpoint, ServerEndpoint annotation) {
        Class<? extends ServerEndpointConfig.Configurator> type = annotation.configurator();
        if (type == ServerEndpointConfig.Configurator.class) {
            return null;
        }
        try {
            return type.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new EndpointDeploymentException(
                    endpoint, "its configurator " + type.getName() + " can't be made: " + e, e);
        }
    }

    /** The class name of each endpoint, by path. */
    public Map<String, String> classesByPath() {
        Map<String, String> classes = new TreeMap<>();
        for (EndpointDeployment deployment : deployments) {
            classes.put(deployment.path().toString(), deployment.type().getName());
        }
        return classes;
    }

    @Override
    public @Nullable Route route(String path) {
        EndpointDeployment deployment = paths.find(path);
        return deployment == null ? null : deployment.route();
    }

    /** The number of open sessions of all endpoints. */
    public int sessions() {
        int count = 0;
        for (EndpointDeployment deployment : deployments) {
            count += deployment.endpointClass().sessions();
        }
        return count;
    }

    /** The open sessions of a user, by the path of their endpoint. Looks at every session. */
    public Map<String, List<OpenSession>> sessionsOf(String user) {
        Map<String, List<OpenSession>> open = new TreeMap<>();
        for (EndpointDeployment deployment : deployments) {
            open.put(deployment.path().toString(), deployment.endpointClass().sessionsOf(user));
        }
        return open;
    }

    /** Actions that reset the sessions that are open now, for sessions that don't end in order. */
    public List<Runnable> aborters() {
        List<Runnable> aborters = new ArrayList<>();
        for (EndpointDeployment deployment : deployments) {
            aborters.addAll(deployment.endpointClass().aborters());
        }
        return aborters;
    }

    /**
     * From now on no session opens: one whose handshake was already accepted ends with 1012. The
     * beans may be destroyed once {@link #sessions} is zero.
     */
    public void retire() {
        environment.retire();
    }

    /** Actions that end the sessions that are open now, one per session, for a paced drain. */
    public List<Runnable> closers(Supplier<CloseStatus> status) {
        List<Runnable> closers = new ArrayList<>();
        for (EndpointDeployment deployment : deployments) {
            closers.addAll(deployment.endpointClass().closers(status));
        }
        return closers;
    }
}
