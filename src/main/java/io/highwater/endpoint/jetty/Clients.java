package io.highwater.endpoint.jetty;

import org.eclipse.jetty.ee10.websocket.jakarta.client.JakartaWebSocketClientContainer;
import org.eclipse.jetty.util.component.ContainerLifeCycle;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * The client containers that the classes of one deployment ask for, each with threads that hold on
 * to their loader: they end with it. Confined to the threads that start and stop it, with its
 * loader as the context's.
 */
public final class Clients implements AutoCloseable {
    private final ContainerLifeCycle containers = new ContainerLifeCycle();

    private Clients() {}

    /** Takes those made from now on by threads with this thread's context class loader. */
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

    @SuppressWarnings("NullAway") // Null forgets the loader.
    private static void set(@Nullable ContainerLifeCycle containers) {
        JakartaWebSocketClientContainer.setShutdownContainer(containers);
    }
}
