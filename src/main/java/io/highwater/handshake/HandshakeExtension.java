package io.highwater.handshake;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.AfterTypeDiscovery;
import jakarta.enterprise.inject.spi.AnnotatedMethod;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import jakarta.enterprise.inject.spi.WithAnnotations;
import jakarta.interceptor.Interceptor;
import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds the handshake rules of teams, which it knows by {@link HandshakeRule}, to the one method
 * that carries all of them. Found by the container. Confined to the thread that starts it.
 */
public final class HandshakeExtension implements Extension {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeExtension.class);

    private final Map<Class<?>, Annotation> bindings = new HashMap<>();
    private final Map<Integer, String> nameByPriority = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    private final Set<String> teamRules = new TreeSet<>();

    /** Weld does not mark the type that comes back as a synthetic one. */
    private boolean bound;

    <T> void collect(
            @Observes @WithAnnotations(Interceptor.class) ProcessAnnotatedType<T> event,
            BeanManager manager) {
        AnnotatedType<T> type = event.getAnnotatedType();
        List<Annotation> rules =
                type.getAnnotations().stream().filter(HandshakeExtension::isRule).toList();
        if (rules.isEmpty()) {
            return;
        }
        String name = type.getJavaClass().getName();
        if (type.getJavaClass().getPackage() != HandshakeExtension.class.getPackage()) {
            teamRules.add(name);
        }
        checkPriority(name, type.getAnnotation(Priority.class));
        rules.forEach(binding -> addBinding(name, binding, manager));
        type.getAnnotations().stream()
                .filter(other -> manager.isInterceptorBinding(other.annotationType()))
                .filter(other -> !isRule(other))
                .forEach(other -> neverAsked(name, other, "is not marked @HandshakeRule"));
    }

    private void checkPriority(String name, @Nullable Priority priority) {
        if (priority == null) {
            problems.add(name + " is a handshake rule and has no @Priority to say when it is due");
            return;
        }
        String other = nameByPriority.putIfAbsent(priority.value(), name);
        // One that is found and given by hand, too, comes twice.
        if (other != null && !other.equals(name)) {
            problems.add(
                    String.format(
                            "%s and %s are handshake rules of one @Priority, %d: their order would"
                                    + " be a matter of chance",
                            other, name, priority.value()));
        }
    }

    private void addBinding(String name, Annotation binding, BeanManager manager) {
        Annotation first = bindings.putIfAbsent(binding.annotationType(), binding);
        if (first != null && !manager.areInterceptorBindingsEquivalent(first, binding)) {
            neverAsked(name, binding, "has other values than the same binding of another rule");
        }
    }

    /** An interceptor is asked only where the method carries all of its bindings. */
    private void neverAsked(String name, Annotation binding, String because) {
        problems.add(
                String.format(
                        "%s is a handshake rule and would never be asked: its binding @%s %s",
                        name, binding.annotationType().getSimpleName(), because));
    }

    /** It comes back below, with the bindings that are not known yet. */
    void withhold(@Observes ProcessAnnotatedType<HandshakeChain> event) {
        if (!bound) {
            event.veto();
        }
    }

    void bind(@Observes AfterTypeDiscovery event) {
        bound = true;
        event.addAnnotatedType(HandshakeChain.class, HandshakeChain.class.getName())
                .filterMethods(method -> method.getJavaMember().getName().equals("decide"))
                .forEach(
                        method ->
                                bindings.values().stream()
                                        .filter(b -> !isOn(method.getAnnotated(), b))
                                        .forEach(method::add));
    }

    /** Whether there are rules beside our own. */
    boolean hasTeamRules() {
        return !teamRules.isEmpty();
    }

    /** Their classes. */
    public Set<String> teamRules() {
        return Set.copyOf(teamRules);
    }

    private static boolean isOn(AnnotatedMethod<?> method, Annotation binding) {
        return method.isAnnotationPresent(binding.annotationType());
    }

    /** One line each in the log: what the container throws holds them among stacks. */
    void report(@Observes AfterBeanDiscovery event) {
        for (String problem : problems) {
            LOG.error("Not started: {}", problem);
            event.addDefinitionError(new DefinitionException(problem));
        }
    }

    private static boolean isRule(Annotation annotation) {
        return annotation.annotationType().isAnnotationPresent(HandshakeRule.class);
    }
}
