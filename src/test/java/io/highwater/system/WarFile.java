package io.highwater.system;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;

/** A WAR as a team would build it, compiled on the spot. Confined to its caller. */
final class WarFile {
    private static final Path CHECK = Path.of("target/highwater-war.jar");

    private final Path folder;
    private final Path root;
    private final List<Path> sources = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private boolean beansXml = true;
    private boolean library;

    WarFile(Path folder) throws IOException {
        this.folder = folder;
        this.root = Files.createTempDirectory(folder, "war");
        Files.createDirectories(root.resolve("WEB-INF/lib"));
        Files.createDirectories(root.resolve("WEB-INF/classes/META-INF"));
    }

    /** All sources of a folder. */
    WarFile sources(Path from) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
        }
        return this;
    }

    /** {@code package team;} and this source. */
    WarFile source(String name, String source) throws IOException {
        return source("team", name, source);
    }

    WarFile source(String packageName, String name, String source) throws IOException {
        Path file = Files.createTempDirectory(folder, "source").resolve(name + ".java");
        sources.add(Files.writeString(file, "package " + packageName + ";\n" + source));
        return this;
    }

    /** Compiled against, and not in the WAR: as a library that a server is expected to have. */
    WarFile provided(String packageName, String name, String source) throws IOException {
        missing.add(packageName.replace('.', '/') + "/" + name + ".class");
        return source(packageName, name, source);
    }

    /** A WAR that says nothing of beans. */
    WarFile withoutBeansXml() {
        beansXml = false;
        return this;
    }

    /** Its classes are in WEB-INF/lib. */
    WarFile asLibrary() {
        library = true;
        return this;
    }

    WarFile webInf(String name, String content) throws IOException {
        Files.writeString(root.resolve("WEB-INF").resolve(name), content);
        return this;
    }

    /** A page, at this path of the application. */
    WarFile file(String name, String content) throws IOException {
        Files.writeString(root.resolve(name), content);
        return this;
    }

    /** All of these jars of the local repository. */
    WarFile libraries(List<Path> jars) throws IOException {
        for (Path jar : jars) {
            Files.copy(jar, root.resolve("WEB-INF/lib").resolve(jar.getFileName()));
        }
        return this;
    }

    /** With the little jar of the build, as a team's WAR has it. */
    WarFile withCheck() throws IOException {
        Files.copy(CHECK, root.resolve("WEB-INF/lib/highwater-war.jar"));
        return this;
    }

    /** With one that says it was built against this version. */
    WarFile builtAgainst(String version) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Highwater-Version", version);
        Path jar = root.resolve("WEB-INF/lib/highwater-" + version + "-war.jar");
        try (OutputStream out = Files.newOutputStream(jar)) {
            new JarOutputStream(out, manifest).close();
        }
        return this;
    }

    /** Compiles and packs it; where one of that name is, it takes its place at once. */
    void writeTo(Path war) throws IOException {
        Path classes = root.resolve("WEB-INF/classes");
        if (beansXml) {
            Files.copy(
                    Path.of("src/main/resources/META-INF/beans.xml"),
                    classes.resolve("META-INF/beans.xml"));
        }
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "-proc:none",
                                "-parameters",
                                "-cp",
                                System.getProperty("java.class.path")
                                        + File.pathSeparator
                                        + root.resolve("WEB-INF/lib")
                                        + "/*",
                                "-d",
                                classes.toString()));
        sources.forEach(file -> options.add(file.toString()));
        if (ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, options.toArray(String[]::new))
                != 0) {
            throw new AssertionError("does not compile: " + sources);
        }
        for (String file : missing) {
            Files.delete(classes.resolve(file));
        }
        if (library) {
            Path jar = pack(classes);
            Files.move(classes, Files.createTempDirectory(folder, "classes").resolve("moved"));
            Files.move(jar, root.resolve("WEB-INF/lib/team.jar"));
        }
        Files.move(pack(root), war, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private Path pack(Path from) throws IOException {
        Path made = Files.createTempFile(folder, "made", ".tmp");
        try (OutputStream out = Files.newOutputStream(made);
                JarOutputStream jar = new JarOutputStream(out);
                Stream<Path> files = Files.walk(from)) {
            files.filter(Files::isRegularFile).forEach(file -> add(jar, from, file));
        }
        return made;
    }

    private static void add(JarOutputStream jar, Path from, Path file) {
        try {
            jar.putNextEntry(new ZipEntry(from.relativize(file).toString()));
            Files.copy(file, jar);
            jar.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
