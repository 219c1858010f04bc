package io.highwater.node.deployment;

import io.highwater.channel.ChannelRule;
import io.highwater.handshake.HandshakeRule;
import io.highwater.node.deployment.ClassFiles.Constants;
import jakarta.decorator.Decorator;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.NormalScope;
import jakarta.enterprise.inject.Stereotype;
import jakarta.interceptor.Interceptor;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Modifier;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a WAR's classes bring to the node: endpoints, as Jakarta WebSocket finds them (section 6.2:
 * whatever {@code beans.xml} says, and chosen by the WAR's ServerApplicationConfig if it has any),
 * and the beans of WEB-INF/classes. Confined to its caller.
 */
final class WarClasses {
    /** Annotations on endpoints that are not supported here, each with what to use instead. */
    private static final Map<String, String> NOT_GIVEN =
            new TreeMap<>(
                    Map.of(
                            "jakarta.ejb.EJB", "inject a bean with @Inject",
                            "jakarta.ejb.Schedule", "use a ScheduledExecutorService",
                            "jakarta.ejb.Schedules", "use a ScheduledExecutorService",
                            "jakarta.annotation.Resource", "inject a bean with @Inject",
                            "jakarta.persistence.PersistenceContext", "inject a bean with @Inject",
                            "jakarta.persistence.PersistenceUnit", "inject a bean with @Inject"));

    private final URLClassLoader loader;
    private final Map<Class<?>, Constants> annotated = new LinkedHashMap<>();
    private final Map<Class<?>, Constants> programmatic = new LinkedHashMap<>();
    private final Set<Class<?>> applications = new LinkedHashSet<>();
    private final Set<Class<?>> beans = new LinkedHashSet<>();
    private final Set<Class<?>> allOfClasses = new LinkedHashSet<>();
    private final Set<Class<?>> singletons = new LinkedHashSet<>();
    private final Map<String, String> noEndpoints = new TreeMap<>();
    private final Set<String> problems = new TreeSet<>();
    private boolean rules;

    private WarClasses(URLClassLoader loader) {
        this.loader = loader;
    }

    /**
     * @param classes WEB-INF/classes, or null
     */
    static WarClasses read(URLClassLoader loader, @Nullable Path classes) throws IOException {
        WarClasses found = new WarClasses(loader);
        ClassFiles.visit(loader, classes, found::visit);
        return found;
    }

    private void visit(String name, Constants constants, boolean inJar) {
        if (constants.hasAnnotation("javax.websocket.server.ServerEndpoint")) {
            noEndpoints.put(name, "has the @ServerEndpoint of javax.websocket: use jakarta's");
        }
        // Libraries may have thousands of classes: only possible endpoints are loaded.
        if (inJar && !constants.names("jakarta/websocket/")) {
            return;
        }
        boolean isEndpoint = constants.hasAnnotation(ServerEndpoint.class.getName());
        try {
            Class<?> type = Class.forName(name, false, loader);
            if (type.getClassLoader() == loader) {
                add(type, constants, inJar);
            }
        } catch (ClassNotFoundException
                | LinkageError
                | TypeNotPresentException
                | ArrayStoreException e) {
            if (isEndpoint) {
                problems.add(name + lacks(e));
            }
        }
    }

    private void add(Class<?> type, Constants constants, boolean inJar) {
        if (type.isAnnotationPresent(ServerEndpoint.class)) {
            if (isInstantiable(type)) {
                annotated.put(type, constants);
            }
        } else if (Endpoint.class.isAssignableFrom(type)) {
            if (!Modifier.isAbstract(type.getModifiers())) {
                programmatic.put(type, constants);
            }
        } else if (ServerApplicationConfig.class.isAssignableFrom(type)
                && !Modifier.isAbstract(type.getModifiers())) {
            applications.add(type);
        }
        if (constants.hasAnnotation("jakarta.ejb.Singleton")) {
            singletons.add(type);
        }
        if (!inJar) {
            allOfClasses.add(type);
            if (isBean(type) || isSessionBean(constants)) {
                beans.add(type);
            }
            rules |=
                    ChannelRule.class.isAssignableFrom(type)
                            || HandshakeRule.class.isAssignableFrom(type);
        }
    }

    private boolean isInstantiable(Class<?> type) {
        String because =
                Modifier.isAbstract(type.getModifiers())
                        ? "is abstract"
                        : type.isMemberClass() && !Modifier.isStatic(type.getModifiers())
                                ? "is an inner class: make it static"
                                : null;
        if (because != null) {
            noEndpoints.put(type.getName(), because);
        }
        return because == null;
    }

    /** CDI does not know the scope of a session bean, but it can be injected. */
    private static boolean isSessionBean(Constants constants) {
        return constants.hasAnnotation("jakarta.ejb.Singleton")
                || constants.hasAnnotation("jakarta.ejb.Stateless")
                || constants.hasAnnotation("jakarta.ejb.Stateful");
    }

    /** Whether it has a bean defining annotation (CDI 4.0 section 2.5.1). */
    static boolean isBean(Class<?> type) {
        return Arrays.stream(type.getAnnotations())
                .map(Annotation::annotationType)
                .anyMatch(
                        annotation ->
                                annotation == Dependent.class
                                        || annotation == Interceptor.class
                                        || annotation == Decorator.class
                                        || annotation.isAnnotationPresent(NormalScope.class)
                                        || annotation.isAnnotationPresent(Stereotype.class));
    }

    /** Whether the WAR has anything for the node, even without a {@code beans.xml}. */
    boolean concernsTheNode() {
        return rules
                || !annotated.isEmpty()
                || !applications.isEmpty()
                || !problems.isEmpty()
                || !noEndpoints.isEmpty();
    }

    /** The beans of WEB-INF/classes. */
    Collection<Class<?>> beans(BeansXml mode) {
        return switch (mode) {
            case ALL -> allOfClasses;
            case ANNOTATED -> beans;
            case NONE -> List.of();
        };
    }

    /** Singleton EJBs, which get one instance although CDI does not know their scope. */
    Set<Class<?>> singletons() {
        return singletons;
    }

    /**
     * The endpoints to deploy: those that the WAR's ServerApplicationConfig objects choose, or all
     * annotated classes if it has none; and those added by hand.
     *
     * @throws DeploymentFailure names each class that can't be deployed, and what it lacks
     */
    Chosen choose(Collection<Class<?>> addedClasses, Collection<ServerEndpointConfig> added) {
        Set<Class<?>> classes = new LinkedHashSet<>();
        Set<ServerEndpointConfig> configs = new LinkedHashSet<>();
        if (applications.isEmpty()) {
            classes.addAll(annotated.keySet());
        } else {
            applications.forEach(application -> ask(application, classes, configs));
            annotated.keySet().stream()
                    .filter(type -> !classes.contains(type))
                    .forEach(
                            type -> noEndpoints.put(type.getName(), "is not chosen by " + names()));
        }
        classes.addAll(addedClasses);
        configs.addAll(added);
        Set<Class<?>> all = new LinkedHashSet<>(classes);
        configs.forEach(config -> all.add(config.getEndpointClass()));
        programmatic.keySet().stream()
                .filter(type -> !all.contains(type))
                .forEach(
                        type ->
                                noEndpoints.put(
                                        type.getName(),
                                        "is a subclass of Endpoint that no"
                                                + " ServerApplicationConfig and no addEndpoint has a"
                                                + " path for (a client's has none)"));
        all.forEach(this::check);
        if (!problems.isEmpty()) {
            throw DeploymentFailure.of(problems);
        }
        return new Chosen(classes, List.copyOf(configs), Map.copyOf(noEndpoints));
    }

    private String names() {
        return applications.stream().map(Class::getName).collect(Collectors.joining(", "));
    }

    private void ask(
            Class<?> application, Set<Class<?>> classes, Set<ServerEndpointConfig> configs) {
        Set<Class<? extends Endpoint>> endpoints =
                programmatic.keySet().stream()
                        .<Class<? extends Endpoint>>map(type -> type.asSubclass(Endpoint.class))
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        try {
            ServerApplicationConfig asked =
                    (ServerApplicationConfig) application.getDeclaredConstructor().newInstance();
            Set<ServerEndpointConfig> chosen = asked.getEndpointConfigs(endpoints);
            if (chosen != null) {
                configs.addAll(chosen);
            }
            Set<Class<?>> chosenClasses =
                    asked.getAnnotatedEndpointClasses(new LinkedHashSet<>(annotated.keySet()));
            if (chosenClasses != null) {
                classes.addAll(chosenClasses);
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            problems.add(application.getName() + ": can't be asked for its endpoints: " + e);
        }
    }

    /** Reports missing types: CDI silently skips a class with a field of a missing type. */
    private void check(Class<?> endpoint) {
        try {
            for (Class<?> type = endpoint;
                    type != null && type.getClassLoader() == loader;
                    type = type.getSuperclass()) {
                Object[] unused = {
                    type.getDeclaredFields(),
                    type.getDeclaredMethods(),
                    type.getDeclaredConstructors()
                };
            }
        } catch (LinkageError | TypeNotPresentException e) {
            problems.add(endpoint.getName() + lacks(e));
        }
        Constants constants =
                annotated.containsKey(endpoint)
                        ? annotated.get(endpoint)
                        : programmatic.get(endpoint);
        if (constants != null) {
            NOT_GIVEN.forEach(
                    (annotation, instead) -> {
                        if (constants.hasAnnotation(annotation)) {
                            problems.add(
                                    endpoint.getName()
                                            + ": its @"
                                            + annotation
                                            + " is not obeyed here: "
                                            + instead);
                        }
                    });
        }
    }

    private static String lacks(Throwable e) {
        return ": lacks the class "
                + String.valueOf(e.getMessage()).replace('/', '.').replaceFirst("^L(.*);$", "$1");
    }

    /** Which classes {@code beans.xml} makes beans. */
    enum BeansXml {
        ALL,
        /** Also if there is no {@code beans.xml}. */
        ANNOTATED,
        NONE
    }

    /**
     * @param classes annotated endpoints
     * @param configs programmatic ones
     * @param noEndpoints classes that look like endpoints but are none: the reason by class name
     */
    record Chosen(
            Set<Class<?>> classes,
            List<ServerEndpointConfig> configs,
            Map<String, String> noEndpoints) {}
}
