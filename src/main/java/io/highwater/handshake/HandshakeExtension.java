package io.highwater.handshake;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.AfterTypeDiscovery;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import jakarta.interceptor.Interceptor;
import java.lang.annotation.Annotation;
import java.lang.reflect.Modifier;
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
 * Finds the handshake rules, Highwater's and the application's, and adds their bindings to the one
 * method that they intercept. The container discovers this extension. Confined to the thread that
 * starts the container.
 */
public final class HandshakeExtension implements Extension {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeExtension.class);
    private static final String OUR_RULES = HandshakeExtension.class.getPackageName() + ".rule";

    private final Map<Class<?>, Annotation> bindings = new HashMap<>();
    private final Map<Integer, String> nameByPriority = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    private final Set<String> teamRules = new TreeSet<>();

    /** Needed because Weld does not mark the type that is added below as synthetic. */
    private boolean bound;

    <T extends HandshakeRule> void collect(
            @Observes ProcessAnnotatedType<T> event, BeanManager manager) {
        AnnotatedType<T> type = event.getAnnotatedType();
        Class<T> rule = type.getJavaClass();
        if (Modifier.isAbstract(rule.getModifiers())) {
            return;
        }
        String name = rule.getName();
        if (!rule.getPackageName().equals(OUR_RULES)) {
            teamRules.add(name);
        }
        List<Annotation> own =
                type.getAnnotations().stream()
                        .filter(a -> manager.isInterceptorBinding(a.annotationType()))
                        .toList();
        if (own.isEmpty() || !type.isAnnotationPresent(Interceptor.class)) {
            neverAsked(name, "it is no @Interceptor with an interceptor binding");
            event.veto(); // Otherwise the container reports the class too, and says less about it.
            return;
        }
        checkPriority(name, type.getAnnotation(Priority.class));
        own.forEach(binding -> addBinding(name, binding, manager));
    }

    private void checkPriority(String name, @Nullable Priority priority) {
        if (priority == null) {
            problems.add(name + " is a handshake rule and has no @Priority for its order");
            return;
        }
        String other = nameByPriority.putIfAbsent(priority.value(), name);
        // A rule that is both discovered and added by hand comes twice.
        if (other != null && !other.equals(name)) {
            problems.add(
                    String.format(
                            "%s and %s are handshake rules of one @Priority, %d: their order would"
                                    + " be random",
                            other, name, priority.value()));
        }
    }

    /** An interceptor runs only if the method carries all of its bindings. */
    private void addBinding(String name, Annotation binding, BeanManager manager) {
        Annotation first = bindings.putIfAbsent(binding.annotationType(), binding);
        if (first != null && !manager.areInterceptorBindingsEquivalent(first, binding)) {
            neverAsked(
                    name,
                    String.format(
                            "its binding @%s has other values than the same binding of another"
                                    + " rule",
                            binding.annotationType().getSimpleName()));
        }
    }

    private void neverAsked(String name, String because) {
        problems.add(
                String.format(
                        "%s is a handshake rule and would never be asked: %s", name, because));
    }

    /** The type is added below, with the bindings, which are not known here yet. */
    void withhold(@Observes ProcessAnnotatedType<HandshakeChain> event) {
        if (!bound) {
            event.veto();
        }
    }

    void bind(@Observes AfterTypeDiscovery event) {
        bound = true;
        event.addAnnotatedType(HandshakeChain.class, HandshakeChain.class.getName())
                .filterMethods(method -> method.getJavaMember().getName().equals("decide"))
                .forEach(method -> bindings.values().forEach(method::add));
    }

    /** Whether the application has rules of its own. */
    boolean hasTeamRules() {
        return !teamRules.isEmpty();
    }

    /** The classes of the application's rules. */
    public Set<String> teamRules() {
        return Set.copyOf(teamRules);
    }

    /** One line each in the log: the container's exception hides them among stack traces. */
    void report(@Observes AfterBeanDiscovery event) {
        for (String problem : problems) {
            LOG.error("Not started: {}", problem);
            event.addDefinitionError(new DefinitionException(problem));
        }
    }
}
