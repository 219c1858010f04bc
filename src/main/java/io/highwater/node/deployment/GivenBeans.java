package io.highwater.node.deployment;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.literal.SingletonLiteral;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes one bean of a class that a program gave by hand, though a bean archive may have it too: two
 * would be ambiguous wherever one is injected. Confined to the thread that starts the container.
 */
final class GivenBeans implements Extension {
    private final Set<Class<?>> given;
    private final Set<Class<?>> singletons;
    private final Set<Class<?>> seen = new HashSet<>();

    /**
     * @param singletons of these, those that there shall be one of
     */
    GivenBeans(List<Class<?>> given, Set<Class<?>> singletons) {
        this.given = Set.copyOf(given);
        this.singletons = singletons;
    }

    <T> void once(@Observes ProcessAnnotatedType<T> event) {
        Class<T> type = event.getAnnotatedType().getJavaClass();
        if (given.contains(type) && !seen.add(type)) {
            event.veto();
        } else if (singletons.contains(type)) {
            event.configureAnnotatedType().add(SingletonLiteral.INSTANCE);
        }
    }
}
