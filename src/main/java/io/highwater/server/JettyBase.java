package io.highwater.server;

import io.highwater.wire.jetty.ContextGate;
import io.highwater.wire.jetty.h2.BatchedHttp2;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EventListener;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.http2.HTTP2Cipher;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.util.component.Container;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.resource.Resource;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Runs a node in a Jetty base: the module "highwater" creates one of these next to the server. It
 * listens to the server's lifecycle, to start the node first and to drain it before anything stops,
 * and to that of each web application, to deploy its endpoints on the node.
 *
 * <p>Called back by the threads that start and stop: the main thread, the deployment scanner, the
 * shutdown hook.
 */
public final class JettyBase implements LifeCycle.Listener, Container.InheritedListener {
    private final Server server;
    private final WarNode node;
    private final LifeCycle.Listener contexts = new ContextListener();
    private final Map<ContextHandler, WarNode.War> wars = new ConcurrentHashMap<>();

    /** The ServerContainers of contexts that have not started yet. */
    private final Map<ContextHandler, Object> containers = new ConcurrentHashMap<>();

    /** Called by the module's XML, after the connectors' XML. */
    public JettyBase(Server server, WarNode node) {
        this.server = server;
        this.node = node;
        // The listener is passed on to all containers below the server, including the contexts.
        server.addEventListener(this);
        server.getBeans().forEach(this::listenToDeployer);
    }

    /**
     * A deployer that redeploys starts a context before any other listener is told of it. Uses
     * reflection, because the Deployer's classes belong to another module, which a base may lack.
     */
    private void listenToDeployer(Object bean) {
        for (Class<?> type : bean.getClass().getInterfaces()) {
            if (type.getName().equals("org.eclipse.jetty.deploy.Deployer")
                    && bean instanceof Container deployer) {
                deployer.addEventListener(created(type));
            }
        }
    }

    /** Creates a Deployer.Listener. */
    private EventListener created(Class<?> deployer) {
        for (Class<?> type : deployer.getClasses()) {
            if (type.getSimpleName().equals("Listener")) {
                return (EventListener)
                        Proxy.newProxyInstance(
                                type.getClassLoader(),
                                new Class<?>[] {type},
                                (proxy, method, arguments) ->
                                        switch (method.getName()) {
                                            case "onCreated" -> {
                                                watch((ContextHandler) arguments[0]);
                                                yield null;
                                            }
                                            case "equals" -> proxy == arguments[0];
                                            case "hashCode" -> System.identityHashCode(proxy);
                                            case "toString" -> "highwater";
                                            default -> null;
                                        });
            }
        }
        throw new IllegalStateException(deployer.getName() + " has no Listener");
    }

    /**
     * A redeployed context is started before it is added, and the one it replaces is stopped after
     * it was removed; therefore each context gets a listener of its own.
     */
    @Override
    public void beanAdded(Container parent, Object child) {
        listenToDeployer(child);
        if (child instanceof ContextHandler context) {
            watch(context);
            if (context.isStarted()) {
                contexts.lifeCycleStarted(context);
            }
        }
    }

    private void watch(ContextHandler context) {
        // Adding the same listener again has no effect.
        context.addEventListener(contexts);
        if (context.isStopped() && !containers.containsKey(context)) {
            prepare(context);
        }
    }

    /** Adds what the application looks up in its ServletContext while it starts. */
    private void prepare(ContextHandler context) {
        Map.Entry<String, Object> container = node.newServerContainer();
        context.setAttribute(container.getKey(), container.getValue());
        containers.put(context, container.getValue());
    }

    @Override
    public void beanRemoved(Container parent, Object child) {}

    @Override
    public void lifeCycleStarting(LifeCycle component) {
        if (component == server) {
            try {
                start();
            } catch (IOException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
        }
    }

    private void start() throws IOException {
        node.start();
        server.insertHandler(new HintForMissingPage());
        server.insertHandler(new PlainRequests(node.edge()));
        server.insertHandler(node.upgrades());
        if (server.getThreadPool() instanceof QueuedThreadPool threads
                && threads.getVirtualThreadsExecutor() == null) {
            Connectors.tune(threads);
        }
        // An application may take as long as it likes to answer a request.
        BatchedHttp2 http2 =
                new BatchedHttp2(node.bursts(), node.edge().http2(node.ticker(), Duration.ZERO));
        for (ServerConnector connector : connectors()) {
            Connectors.tune(connector, node.socketBufferBytes());
            Connectors.replaceProtocols(connector, node.edge(), http2);
            giveCertificate(tls(connector));
        }
    }

    private void giveCertificate(SslContextFactory.@Nullable Server tls) throws IOException {
        if (tls != null && tls.getKeyStore() == null && tls.getKeyStorePath() == null) {
            ServerSettings.Keystore keystore = node.keystore();
            tls.setKeyStore(TlsContext.load(keystore));
            tls.setKeyStorePassword(keystore.password());
            tls.setKeyManagerPassword(keystore.password());
            tls.setCipherComparator(HTTP2Cipher.COMPARATOR);
            TlsContext.askClients(tls, keystore.clients());
        }
    }

    @Override
    public void lifeCycleStarted(LifeCycle component) {
        if (component == server) {
            List<ServerConnector> connectors = connectors();
            node.ready(
                    port(connectors, false).orElse(0),
                    port(connectors, true),
                    () -> Connectors.stopAccepting(connectors));
        }
    }

    private void deploy(ContextHandler context, @Nullable Object container) {
        if (!(context.getClassLoader() instanceof URLClassLoader loader)) {
            return;
        }
        String path = context.getContextPath();
        Path webInf = webInf(context);
        @Nullable ContextGate gate = ServletContexts.gate(context);
        WarNode.War former = null;
        for (ContextHandler other : wars.keySet()) {
            if (other != context && other.getContextPath().equals(path)) {
                former = wars.remove(other);
            }
        }
        try {
            WarNode.War war =
                    node.deploy(
                            new WarNode.Application(
                                    path.equals("/") ? "" : path, loader, webInf, container, gate),
                            former);
            if (war != null) {
                wars.put(context, war);
            }
        } catch (WarNode.RefusedException e) {
            context.setAvailable(false);
        }
    }

    private static @Nullable Path webInf(ContextHandler context) {
        Resource base = context.getBaseResource();
        Resource webInf = base == null ? null : base.resolve("WEB-INF/");
        return webInf != null && webInf.isDirectory() ? webInf.getPath() : null;
    }

    @Override
    public void lifeCycleStopping(LifeCycle component) {
        if (component == server) {
            node.drain();
        }
    }

    private void remove(ContextHandler context) {
        WarNode.War war = wars.remove(context);
        if (war != null) {
            war.remove();
        }
    }

    @Override
    public void lifeCycleStopped(LifeCycle component) {
        if (component == server) {
            node.close();
        }
    }

    @Override
    public void lifeCycleFailure(LifeCycle component, Throwable cause) {
        if (component == server) {
            node.close();
        }
    }

    /** Added to each context for its whole life. */
    private final class ContextListener implements LifeCycle.Listener {
        @Override
        public void lifeCycleStarting(LifeCycle component) {
            if (component instanceof ContextHandler context && !containers.containsKey(context)) {
                prepare(context);
            }
        }

        @Override
        public void lifeCycleFailure(LifeCycle component, Throwable cause) {
            if (component instanceof ContextHandler context) {
                containers.remove(context);
            }
        }

        @Override
        public void lifeCycleStarted(LifeCycle component) {
            if (component instanceof ContextHandler context) {
                Object container = containers.remove(context);
                if (context.isAvailable() && !wars.containsKey(context)) {
                    deploy(context, container);
                }
            }
        }

        @Override
        public void lifeCycleStopping(LifeCycle component) {
            if (component instanceof ContextHandler context) {
                remove(context);
            }
        }
    }

    private List<ServerConnector> connectors() {
        return Arrays.stream(server.getConnectors())
                .filter(ServerConnector.class::isInstance)
                .map(ServerConnector.class::cast)
                .toList();
    }

    private static OptionalInt port(List<ServerConnector> connectors, boolean secure) {
        return connectors.stream()
                .filter(connector -> (tls(connector) != null) == secure)
                .mapToInt(ServerConnector::getLocalPort)
                .findFirst();
    }

    private static SslContextFactory.@Nullable Server tls(ServerConnector connector) {
        SslConnectionFactory ssl = connector.getConnectionFactory(SslConnectionFactory.class);
        return ssl == null ? null : ssl.getSslContextFactory();
    }
}
