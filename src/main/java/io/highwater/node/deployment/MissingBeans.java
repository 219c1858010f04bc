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
 * Says why a team's class that {@code @Inject} asks for is no bean, where its archive shows it: the
 * container of beans only says that there is none. Immutable.
 */
final class MissingBeans {
    private static final String BEANS = "META-INF/beans.xml";

    /** What the container says, and of which type. */
    private static final Pattern UNSATISFIED =
            Pattern.compile("WELD-001408: Unsatisfied dependencies for type ([\\w.$]+)");

    /** Where it is asked for, as a line of a stack. */
    private static final Pattern PLACE =
            Pattern.compile("\\bat ([\\w.$]+)\\.[\\w$<>]+\\([\\w$]+\\.java:");

    private final DeploymentPlan plan;

    MissingBeans(DeploymentPlan plan) {
        this.plan = plan;
    }

    /**
     * One line that names the class and what it lacks; empty where nothing is to be seen.
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

    /** Of a class path, whose jars are of many, only what is beside the class that asks. */
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

    /** WEB-INF/classes always is one: {@link WarArchive} sees to that. */
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
            // Nothing is said of what can't be read.
            return true;
        }
    }
}
