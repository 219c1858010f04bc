package io.highwater.node.deployment;

import io.highwater.endpoint.demo.EchoEndpoint;
import io.highwater.wire.Gate;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.jspecify.annotations.Nullable;

/**
 * What is to be deployed. Immutable.
 *
 * @param contextPath the prefix of all its paths, such as "/team"; "" for none
 * @param loader finds its classes and its bean archives
 * @param found which of the endpoints among the beans are deployed
 * @param listed those endpoints, for {@link Found#LISTED}
 * @param beanClasses beans that CDI does not discover by itself
 * @param singletons bean classes with a scope that CDI does not know: singleton EJBs
 * @param configs endpoints that a program configured
 * @param noEndpoints classes that look like endpoints but are none: the reason by class name
 * @param gate the part of the web application that handshakes pass through; null for none
 */
public record DeploymentPlan(
        String contextPath,
        ClassLoader loader,
        Found found,
        Set<Class<?>> listed,
        List<Class<?>> beanClasses,
        Set<Class<?>> singletons,
        List<ServerEndpointConfig> configs,
        Map<String, String> noEndpoints,
        @Nullable Gate gate) {

    private static final String DEMO = EchoEndpoint.class.getPackageName();

    static final ClassLoader PLATFORM = DeploymentPlan.class.getClassLoader();

    /** Which of the endpoints among its beans are deployed. */
    public enum Found {
        ALL,
        /** All except Highwater's own. */
        ALL_BUT_DEMO,
        /** The listed ones: those of a WAR, as Jakarta WebSocket chooses them. */
        LISTED,
        NONE
    }

    /** The fallback for paths where nothing is deployed: handshake rules and no endpoint. */
    public static DeploymentPlan ofRulesAlone() {
        return new DeploymentPlan("", PLATFORM, Found.NONE, List.of(), List.of());
    }

    /**
     * The classes on a program's class path or in the jars of a loader, and those it added.
     *
     * @param loader where beans are looked for; null for the context class loader of this thread
     */
    public static DeploymentPlan of(
            @Nullable ClassLoader loader,
            List<Class<?>> addedBeans,
            List<ServerEndpointConfig> addedConfigs)
            throws IOException {
        ClassLoader from = loader == null ? contextLoader() : loader;
        List<Class<?>> beans = new ArrayList<>(addedBeans);
        List<ServerEndpointConfig> configs = new ArrayList<>(addedConfigs);
        Map<String, String> noEndpoints = Map.of();
        Set<Class<?>> singletons = Set.of();
        // From a team's jars, every endpoint is deployed; from a class path, only beans.
        if (from instanceof URLClassLoader jars) {
            WarClasses found = WarClasses.read(jars, null);
            WarClasses.Chosen chosen = found.choose(List.of(), List.of());
            beans.addAll(chosen.classes());
            configs.addAll(chosen.configs());
            noEndpoints = chosen.noEndpoints();
            singletons = found.singletons();
        }
        configs.forEach(config -> beans.add(config.getEndpointClass()));
        return new DeploymentPlan(
                "", from, Found.ALL, Set.of(), beans, singletons, configs, noEndpoints, null);
    }

    /** A copy without Highwater's own endpoints. */
    public DeploymentPlan withoutDemo() {
        return new DeploymentPlan(
                contextPath,
                loader,
                Found.ALL_BUT_DEMO,
                listed,
                beanClasses,
                singletons,
                configs,
                noEndpoints,
                gate);
    }

    private static ClassLoader contextLoader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context == null ? PLATFORM : context;
    }

    DeploymentPlan(
            String contextPath,
            ClassLoader loader,
            Found found,
            List<Class<?>> beanClasses,
            List<ServerEndpointConfig> configs) {
        this(contextPath, loader, found, Set.of(), beanClasses, Set.of(), configs, Map.of(), null);
    }

    public DeploymentPlan {
        listed = Set.copyOf(listed);
        singletons = Set.copyOf(singletons);
        noEndpoints = Map.copyOf(noEndpoints);
        beanClasses = beanClasses.stream().distinct().toList();
        configs = List.copyOf(configs);
    }

    /** Whether its classes expect a context class loader that our threads don't have. */
    boolean isOfAnotherLoader() {
        return loader != PLATFORM;
    }

    /** Whether an endpoint among the beans is to be deployed. */
    boolean means(Class<?> endpoint) {
        return switch (found) {
            case ALL -> !noEndpoints.containsKey(endpoint.getName());
            case ALL_BUT_DEMO ->
                    !noEndpoints.containsKey(endpoint.getName())
                            && !endpoint.getPackageName().equals(DEMO);
            case LISTED -> listed.contains(endpoint);
            case NONE -> false;
        };
    }

    /** Releases the configuration that MicroProfile Config's extension keeps per class loader. */
    void forgetLoader() {
        if (isOfAnotherLoader()) {
            ConfigProviderResolver configs = ConfigProviderResolver.instance();
            configs.releaseConfig(configs.getConfig(loader));
        }
    }

    /** Runs the task with this plan's loader as the context class loader. */
    void run(Runnable task) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            task.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
