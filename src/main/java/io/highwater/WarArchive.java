package io.highwater;

import jakarta.decorator.Decorator;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.NormalScope;
import jakarta.enterprise.inject.Stereotype;
import jakarta.interceptor.Interceptor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A web application as its class loader shows it: its bean archives, and what it was built against.
 * Confined to its caller.
 */
final class WarArchive {
    private static final String BEANS = "META-INF/beans.xml";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    /** In the manifest of the little jar that a WAR carries; see {@code io.highwater.war}. */
    private static final String BUILT_AGAINST = "Highwater-Version";

    private final URLClassLoader loader;
    private final @Nullable Path webInf;

    WarArchive(URLClassLoader loader, @Nullable Path webInf) {
        this.loader = loader;
        this.webInf = webInf;
    }

    /**
     * @param running this Highwater's version; null where it runs from no jar
     * @throws DeploymentFailure it was built against another major version
     */
    void checkVersion(@Nullable String running) throws IOException {
        for (URL url : Collections.list(loader.findResources(MANIFEST))) {
            String built = builtAgainst(url);
            if (built != null && running != null && !major(built).equals(major(running))) {
                throw new DeploymentFailure(
                        url.getPath().replaceAll("!/META-INF.*", "").replaceAll(".*/", "")
                                + ": the WAR was built against Highwater "
                                + built
                                + ", and this is "
                                + running
                                + ": the major versions differ");
            }
        }
    }

    private static @Nullable String builtAgainst(URL url) throws IOException {
        try (InputStream in = url.openStream()) {
            return new Manifest(in).getMainAttributes().getValue(BUILT_AGAINST);
        }
    }

    private static String major(String version) {
        return version.replaceAll("\\..*", "");
    }

    /** Whether it has a bean archive of its own. */
    boolean hasBeans() {
        return loader.findResource(BEANS) != null || hasBeansInWebInf();
    }

    private boolean hasBeansInWebInf() {
        return webInf != null && Files.exists(webInf.resolve("beans.xml"));
    }

    DeploymentPlan plan(String contextPath) throws IOException {
        // The container finds META-INF/beans.xml by itself, of WEB-INF/classes and of each jar.
        return new DeploymentPlan(
                contextPath,
                loader,
                DeploymentPlan.Found.OF_ITS_LOADER,
                hasBeansInWebInf() ? beansOfWebInf() : List.of(),
                List.of());
    }

    /** WEB-INF/beans.xml speaks for the classes of WEB-INF/classes. */
    private List<Class<?>> beansOfWebInf() throws IOException {
        Path classes = webInf == null ? Path.of("") : webInf.resolve("classes");
        if (webInf == null || !Files.isDirectory(classes)) {
            return List.of();
        }
        boolean all =
                Files.readString(webInf.resolve("beans.xml"))
                        .contains("bean-discovery-mode=\"all\"");
        List<Class<?>> beans = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Class<?> type = load(classes.relativize(file).toString());
                if (type != null && (all || isBean(type))) {
                    beans.add(type);
                }
            }
        }
        return beans;
    }

    /** Null for what is no class, or needs one that is not there: that one is no bean. */
    private @Nullable Class<?> load(String file) {
        if (!file.endsWith(".class") || file.endsWith("-info.class")) {
            return null;
        }
        String name = file.substring(0, file.length() - ".class".length());
        try {
            return Class.forName(name.replace('/', '.').replace('\\', '.'), false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    /** Whether it has a bean defining annotation (CDI 4.0 section 2.5.1). */
    private static boolean isBean(Class<?> type) {
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
}
