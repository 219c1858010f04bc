package io.highwater.endpoint;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessManagedBean;
import jakarta.websocket.server.ServerEndpoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the managed beans that are annotated endpoints. The CDI container discovers this extension.
 * Confined to the thread that starts the container.
 */
public final class EndpointExtension implements Extension {
    private final List<Bean<?>> endpoints = new ArrayList<>();
    private final Set<Class<?>> classes = new HashSet<>();

    <T> void collect(@Observes ProcessManagedBean<T> event) {
        Bean<T> bean = event.getBean();
        if (event.getAnnotatedBeanClass().isAnnotationPresent(ServerEndpoint.class)
                // A class that is both discovered and added by hand yields two beans.
                && classes.add(bean.getBeanClass())) {
            endpoints.add(bean);
        }
    }

    /** Every {@code @ServerEndpoint} class that is a bean, in no particular order. */
    public List<Bean<?>> endpoints() {
        return List.copyOf(endpoints);
    }
}
