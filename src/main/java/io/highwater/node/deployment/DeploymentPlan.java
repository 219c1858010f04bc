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
 * @param contextPath what stands before all its paths, such as "/team"; "" for nothing
 * @param loader finds its classes; its bean archives are those that it finds
 * @param found which of the endpoints among the beans it means
 * @param listed those, where they are listed
 * @param beanClasses beans that are not found by themselves
 * @param singletons of these, those whose scope is theirs to say, and CDI does not know: EJBs
 * @param configs endpoints that a program configured
 * @param noEndpoints why classes that look like endpoints are none, by their names
 * @param gate what handshakes pass of the web application; null: nothing
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
        /** All but Highwater's own. */
        ALL_BUT_DEMO,
        /** Those that are listed: a WAR's own, as Jakarta WebSocket chooses them. */
        LISTED,
        NONE
    }

    /** What answers where nothing is deployed: the rules, and no endpoint. */
    public static DeploymentPlan ofRulesAlone() {
        return new DeploymentPlan("", PLATFORM, Found.NONE, List.of(), List.of());
    }

    /**
     * What a program has on its class path or in the jars of a loader, and what it added.
     *
     * @param loader where beans are looked for; null for the context's of this thread
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
        // A team's jars, each of whose endpoints is meant; of a class path only the beans are.
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

    /** The same without Highwater's own endpoints. */
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

    /** MicroProfile Config's extension keeps a configuration by class loader, for ever. */
    void forgetLoader() {
        if (isOfAnotherLoader()) {
            ConfigProviderResolver configs = ConfigProviderResolver.instance();
            configs.releaseConfig(configs.getConfig(loader));
        }
    }

    /** Runs it as its classes expect, with their loader as the context's. */
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
