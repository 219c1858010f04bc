package io.highwater.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.enterprise.inject.spi.BeanManager;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Who pays for the request context. */
final class RequestsTest {
    /** A bean that needs no request. */
    @Dependent
    public static class Plain {}

    /** A bean that does. */
    @RequestScoped
    public static class PerRequest {}

    @Test
    void withoutRequestScopedBeansOfATeamCallbacksRunWithoutARequest() {
        assertThat(activeInCallback(Plain.class)).isFalse();
    }

    @Test
    void withOneEachCallbackIsARequest() {
        assertThat(activeInCallback(Plain.class, PerRequest.class)).isTrue();
    }

    private static boolean activeInCallback(Class<?>... beans) {
        try (SeContainer container =
                SeContainerInitializer.newInstance()
                        .disableDiscovery()
                        .addBeanClasses(beans)
                        .initialize()) {
            BeanManager manager = container.getBeanManager();
            AtomicReference<Boolean> active = new AtomicReference<>();
            Requests.of(manager).call(() -> active.set(isActive(manager)));
            return active.get();
        }
    }

    private static boolean isActive(BeanManager manager) {
        try {
            return manager.getContext(RequestScoped.class).isActive();
        } catch (ContextNotActiveException e) {
            return false;
        }
    }
}
