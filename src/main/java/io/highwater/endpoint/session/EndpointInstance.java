package io.highwater.endpoint.session;

import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import org.jboss.weld.contexts.WeldCreationalContext;

/**
 * The object whose methods serve a session, and the action that releases it at the end: a dependent
 * bean is destroyed (its {@code @PreDestroy} runs), a shared one stays. Immutable.
 */
public record EndpointInstance(Object object, Runnable release) {
    private static final Runnable NOTHING = () -> {};

    /** An instance that is released elsewhere. */
    public static EndpointInstance of(Object object) {
        return new EndpointInstance(object, NOTHING);
    }

    /** A new contextual instance, with its interceptors and injected beans. */
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

    /** If so, the context is not kept: it would cost an idle session 180 bytes of empty lists. */
    private static boolean hasNothingToDestroy(CreationalContext<?> context) {
        return context instanceof WeldCreationalContext<?> weld
                && weld.getDependentInstances().isEmpty();
    }
}
