package io.highwater.endpoint.jetty;

import org.eclipse.jetty.ee10.websocket.jakarta.client.JakartaWebSocketClientContainer;
import org.eclipse.jetty.util.component.ContainerLifeCycle;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * The client containers that the classes of one deployment ask for. Each has threads that keep a
 * reference to the deployment's class loader, so the containers end with the deployment. Confined
 * to the threads that start and stop it, with its class loader as their context class loader.
 */
public final class Clients implements AutoCloseable {
    private final ContainerLifeCycle containers = new ContainerLifeCycle();

    private Clients() {}

    /** Manages the containers that threads with this context class loader create from now on. */
    public static Clients start() {
        Clients clients = new Clients();
        LifeCycle.start(clients.containers);
        set(clients.containers);
        return clients;
    }

    @Override
    public void close() {
        LifeCycle.stop(containers);
        set(null);
    }

    @SuppressWarnings("NullAway") // Null drops the reference to the class loader.
    private static void set(@Nullable ContainerLifeCycle containers) {
        JakartaWebSocketClientContainer.setShutdownContainer(containers);
    }
}
