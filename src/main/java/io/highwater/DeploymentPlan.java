package io.highwater;

import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;

/**
 * What is to be deployed. Immutable.
 *
 * @param contextPath what stands before all its paths, such as "/team"; "" for nothing
 * @param loader finds its classes; its bean archives are those that it finds
 * @param found which of the endpoints among the beans it means
 * @param beanClasses beans that are not found by themselves
 * @param configs endpoints that a program configured
 */
record DeploymentPlan(
        String contextPath,
        ClassLoader loader,
        Found found,
        List<Class<?>> beanClasses,
        List<ServerEndpointConfig> configs) {

    static final ClassLoader PLATFORM = Highwater.class.getClassLoader();

    /** Which of the endpoints among its beans are deployed. */
    enum Found {
        ALL,
        /** Those that its own loader defines: a WAR's, and not those that ship with Highwater. */
        OF_ITS_LOADER,
        NONE
    }

    /** What answers where nothing is deployed: the rules, and no endpoint. */
    static DeploymentPlan ofRulesAlone() {
        return new DeploymentPlan("", PLATFORM, Found.NONE, List.of(), List.of());
    }

    DeploymentPlan {
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
            case ALL -> true;
            case OF_ITS_LOADER -> endpoint.getClassLoader() == loader;
            case NONE -> false;
        };
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
