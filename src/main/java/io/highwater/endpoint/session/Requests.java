package io.highwater.endpoint.session;

import jakarta.enterprise.context.Conversation;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.context.control.RequestContextController;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import org.jspecify.annotations.Nullable;

/**
 * Activates the request context around each callback, for applications that have
 * {@code @RequestScoped} beans: one callback is one request. Other applications only pay a null
 * check. Thread-safe.
 */
final class Requests {
    private final @Nullable Instance<RequestContextController> controllers;

    private Requests(@Nullable Instance<RequestContextController> controllers) {
        this.controllers = controllers;
    }

    static Requests of(BeanManager beans) {
        boolean used =
                beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                        .anyMatch(Requests::isOfTeam);
        return new Requests(
                used ? beans.createInstance().select(RequestContextController.class) : null);
    }

    /**
     * Every container has a Conversation bean, and Weld's is request scoped. Counting it would make
     * each callback look up a controller, which took 40 % of the time of an echo.
     */
    private static boolean isOfTeam(Bean<?> bean) {
        return bean.getScope() == RequestScoped.class
                && !bean.getTypes().contains(Conversation.class);
    }

    /** A call that may throw any exception. */
    @FunctionalInterface
    interface Callback<E extends Throwable> {
        void call() throws E;
    }

    <E extends Throwable> void call(Callback<E> callback) throws E {
        if (controllers == null) {
            callback.call();
            return;
        }
        Instance.Handle<RequestContextController> handle = controllers.getHandle();
        try {
            handle.get().activate();
            try {
                callback.call();
            } finally {
                handle.get().deactivate();
            }
        } finally {
            handle.destroy();
        }
    }
}
