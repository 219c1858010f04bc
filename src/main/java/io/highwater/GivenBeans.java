package io.highwater;

import jakarta.enterprise.event.Observes;
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
    private final Set<Class<?>> seen = new HashSet<>();

    GivenBeans(List<Class<?>> given) {
        this.given = Set.copyOf(given);
    }

    <T> void once(@Observes ProcessAnnotatedType<T> event) {
        Class<T> type = event.getAnnotatedType().getJavaClass();
        if (given.contains(type) && !seen.add(type)) {
            event.veto();
        }
    }
}
