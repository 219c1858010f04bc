package io.highwater.endpoint.session;

import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import org.jboss.weld.contexts.WeldCreationalContext;

/**
 * The object whose methods serve a session, and its release at the end: a dependent bean is
 * destroyed (its {@code @PreDestroy} runs), a shared one lives on. Immutable.
 */
public record EndpointInstance(Object object, Runnable release) {
    private static final Runnable NOTHING = () -> {};

    /** An instance that somebody else looks after. */
    public static EndpointInstance of(Object object) {
        return new EndpointInstance(object, NOTHING);
    }

    /** A new contextual instance; interceptors and injected beans included. */
    public static <T> EndpointInstance of(BeanManager beans, Bean<T> bean) {
        CreationalContext<T> context = beans.createCreationalContext(bean);
        try {
            Object object = beans.getReference(bean, bean.getBeanClass(), context);
            return new EndpointInstance(
                    object, hasNothingToDestroy(context) ? NOTHING : context::release);
        } catch (RuntimeException | Error e) {
            context.release();
            throw e;
        }
    }

    boolean isToBeReleased() {
        return release != NOTHING;
    }

    /** Without one, an idle session need not hold 180 bytes of lists that are empty. */
    private static boolean hasNothingToDestroy(CreationalContext<?> context) {
        return context instanceof WeldCreationalContext<?> weld
                && weld.getDependentInstances().isEmpty();
    }
}
