package io.highwater;

import io.highwater.wire.Gate;
import jakarta.websocket.server.ServerEndpointConfig;
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
record DeploymentPlan(
        String contextPath,
        ClassLoader loader,
        Found found,
        Set<Class<?>> listed,
        List<Class<?>> beanClasses,
        Set<Class<?>> singletons,
        List<ServerEndpointConfig> configs,
        Map<String, String> noEndpoints,
        @Nullable Gate gate) {

    static final ClassLoader PLATFORM = Highwater.class.getClassLoader();

    /** Which of the endpoints among its beans are deployed. */
    enum Found {
        ALL,
        /** Those that are listed: a WAR's own, as Jakarta WebSocket chooses them. */
        LISTED,
        NONE
    }

    /** What answers where nothing is deployed: the rules, and no endpoint. */
    static DeploymentPlan ofRulesAlone() {
        return new DeploymentPlan("", PLATFORM, Found.NONE, List.of(), List.of());
    }

    DeploymentPlan(
            String contextPath,
            ClassLoader loader,
            Found found,
            List<Class<?>> beanClasses,
            List<ServerEndpointConfig> configs) {
        this(contextPath, loader, found, Set.of(), beanClasses, Set.of(), configs, Map.of(), null);
    }

    DeploymentPlan {
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
