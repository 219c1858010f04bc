package io.highwater.node.deployment;

import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says why a team's class that an {@code @Inject} needs is no bean, if its archive shows the
 * reason: the container of beans only says that there is no bean. Immutable.
 */
final class MissingBeans {
    private static final String BEANS = "META-INF/beans.xml";

    /** The container's message, with the type that is missing. */
    private static final Pattern UNSATISFIED =
            Pattern.compile("WELD-001408: Unsatisfied dependencies for type ([\\w.$]+)");

    /** The place of the injection, in the form of a stack trace line. */
    private static final Pattern PLACE =
            Pattern.compile("\\bat ([\\w.$]+)\\.[\\w$<>]+\\([\\w$]+\\.java:");

    private final DeploymentPlan plan;

    MissingBeans(DeploymentPlan plan) {
        this.plan = plan;
    }

    /**
     * One line that names the class and what it lacks; empty if the reason can't be found.
     *
     * @param problem what the container threw
     */
    Optional<String> reason(Throwable problem) {
        String message = String.valueOf(problem.getMessage());
        Matcher type = UNSATISFIED.matcher(message);
        Matcher place = PLACE.matcher(message);
        if (!type.find() || !place.find()) {
            return Optional.empty();
        }
        try {
            Class<?> asking = Class.forName(place.group(1), false, plan.loader());
            return injected(asking)
                    .filter(
                            asked ->
                                    isNamed(asked, type.group(1)) && isOfTheSameTeam(asked, asking))
                    .findFirst()
                    .map(MissingBeans::lack);
        } catch (ClassNotFoundException | LinkageError | TypeNotPresentException e) {
            return Optional.empty();
        }
    }

    private static Stream<Class<?>> injected(Class<?> asking) {
        return Stream.of(
                        Arrays.stream(asking.getDeclaredFields())
                                .filter(MissingBeans::isInjected)
                                .<Class<?>>map(field -> field.getType()),
                        Arrays.stream(asking.getDeclaredConstructors())
                                .filter(MissingBeans::isInjected)
                                .flatMap(made -> Arrays.stream(made.getParameterTypes())),
                        Arrays.stream(asking.getDeclaredMethods())
                                .filter(MissingBeans::isInjected)
                                .flatMap(called -> Arrays.stream(called.getParameterTypes())))
                .flatMap(types -> types);
    }

    private static boolean isInjected(AccessibleObject member) {
        return member.isAnnotationPresent(Inject.class);
    }

    private static boolean isNamed(Class<?> type, String name) {
        return type.getName().equals(name) || type.getSimpleName().equals(name);
    }

    /** On a class path, with jars of many authors, only classes of the same archive count. */
    private boolean isOfTheSameTeam(Class<?> asked, Class<?> asking) {
        ClassLoader loader = asking.getClassLoader();
        boolean isOfTeamsLoader = plan.isOfAnotherLoader() && loader == plan.loader();
        return asked.getClassLoader() == loader
                && (isOfTeamsLoader || Objects.equals(archive(asked), archive(asking)));
    }

    private static @Nullable String lack(Class<?> asked) {
        Path archive = archive(asked);
        if (archive == null) {
            return null;
        }
        if (!isBeanArchive(archive)) {
            return asked.getName()
                    + " is no bean: "
                    + archive.getFileName()
                    + " has no "
                    + BEANS
                    + "; add an empty one";
        }
        boolean couldBe = !asked.isInterface() && !Modifier.isAbstract(asked.getModifiers());
        return couldBe && !WarClasses.isBean(asked)
                ? asked.getName()
                        + " is no bean: it has no scope; give it one, such as @ApplicationScoped"
                : null;
    }

    private static @Nullable Path archive(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return null;
        }
        try {
            URI uri = source.getLocation().toURI();
            return "file".equals(uri.getScheme()) ? Path.of(uri) : null;
        } catch (URISyntaxException | IllegalArgumentException e) {
            return null;
        }
    }

    /** WEB-INF/classes always counts as one: {@link WarArchive} finds its beans. */
    private static boolean isBeanArchive(Path archive) {
        if (archive.endsWith(Path.of("WEB-INF", "classes"))
                || Files.exists(archive.resolve(BEANS))) {
            return true;
        }
        if (!Files.isRegularFile(archive)) {
            return false;
        }
        try (JarFile jar = new JarFile(archive.toFile())) {
            return jar.getEntry(BEANS) != null;
        } catch (IOException e) {
            // An unreadable archive gives no reason to report.
            return true;
        }
    }
}
