package io.highwater.node.deployment;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.literal.SingletonLiteral;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes a single bean of each class that a program added by hand, even if a bean archive contains
 * the class too: two beans would make every injection of it ambiguous. Confined to the thread that
 * starts the container.
 */
final class GivenBeans implements Extension {
    private final Set<Class<?>> given;
    private final Set<Class<?>> singletons;
    private final Set<Class<?>> seen = new HashSet<>();

    /**
     * @param singletons those of the given classes that get a single instance
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
