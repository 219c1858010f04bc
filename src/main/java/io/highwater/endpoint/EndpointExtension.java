package io.highwater.endpoint;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessManagedBean;
import jakarta.websocket.server.ServerEndpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the managed beans that are annotated endpoints. Found by the container. Confined to the
 * thread that starts it.
 */
public final class EndpointExtension implements Extension {
    private final List<Bean<?>> endpoints = new ArrayList<>();

    <T> void collect(@Observes ProcessManagedBean<T> event) {
        if (event.getAnnotatedBeanClass().isAnnotationPresent(ServerEndpoint.class)) {
            endpoints.add(event.getBean());
        }
    }

    /** Every {@code @ServerEndpoint} class that is a bean, in no particular order. */
    public List<Bean<?>> endpoints() {
        return List.copyOf(endpoints);
    }
}
