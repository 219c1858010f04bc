package io.highwater.node.deployment;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the class files of a team's folders and jars before any class is loaded. The constants of a
 * class file name everything its class refers to, including types that are missing at run time.
 * Stateless.
 *
 * <p>Why our own code: a class index (Jandex, ClassGraph) would replace only this file, since the
 * choice in {@link WarClasses} needs loaded classes; and it would keep everything it has read,
 * including the thousands of classes of a library. This code keeps one file at a time.
 */
final class ClassFiles {
    private static final String SUFFIX = ".class";

    private ClassFiles() {}

    /** Called with one class file at a time. */
    interface Visitor {
        /**
         * @param name the name of the class
         * @param inJar whether the class is in a library
         */
        void visit(String name, Constants constants, boolean inJar);
    }

    /** What a class file refers to. Immutable. */
    record Constants(String bytes) {
        /** Whether it names the annotation, given by class name with dots. */
        boolean hasAnnotation(String type) {
            return bytes.contains("L" + type.replace('.', '/') + ";");
        }

        /** Whether it names any class with this prefix; dots stand for slashes. */
        boolean names(String prefix) {
            return bytes.contains(prefix.replace('.', '/'));
        }
    }

    /** Visits the loader's own folders and jars, and {@code classes} if it is not among them. */
    static void visit(URLClassLoader loader, @Nullable Path classes, Visitor visitor)
            throws IOException {
        boolean visited = false;
        for (URL url : loader.getURLs()) {
            Path path = path(url);
            if (path == null || !Files.exists(path)) {
                continue;
            }
            if (Files.isDirectory(path)) {
                visited |= classes != null && Files.isSameFile(path, classes);
                visitFolder(path, false, visitor);
            } else if (path.toString().endsWith(".jar")) {
                try (FileSystem jar = FileSystems.newFileSystem(path)) {
                    visitFolder(jar.getPath("/"), true, visitor);
                }
            }
        }
        if (classes != null && !visited && Files.isDirectory(classes)) {
            visitFolder(classes, false, visitor);
        }
    }

    private static @Nullable Path path(URL url) {
        try {
            URI uri = url.toURI();
            return "file".equals(uri.getScheme()) ? Path.of(uri) : null;
        } catch (URISyntaxException | IllegalArgumentException e) {
            return null;
        }
    }

    private static void visitFolder(Path folder, boolean isJar, Visitor visitor)
            throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String path = folder.relativize(file).toString().replace('\\', '/');
                if (path.endsWith(SUFFIX)
                        && !path.endsWith("-info.class")
                        && !path.startsWith("META-INF/")) {
                    String bytes =
                            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                    visitor.visit(
                            path.substring(0, path.length() - SUFFIX.length()).replace('/', '.'),
                            new Constants(bytes),
                            isJar);
                }
            }
        }
    }
}
