package io.highwater.system;

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
        Path file = Files.createTempDirectory(folder, "source").resolve(name + ".java");
        sources.add(Files.writeString(file, "package team;\n" + source));
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
        Files.copy(
                Path.of("src/main/resources/META-INF/beans.xml"),
                classes.resolve("META-INF/beans.xml"));
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "-proc:none",
                                "-parameters",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-d",
                                classes.toString()));
        sources.forEach(file -> options.add(file.toString()));
        if (ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, options.toArray(String[]::new))
                != 0) {
            throw new AssertionError("does not compile: " + sources);
        }
        Path made = Files.createTempFile(folder, "made", ".tmp");
        try (OutputStream out = Files.newOutputStream(made);
                JarOutputStream jar = new JarOutputStream(out);
                Stream<Path> files = Files.walk(root)) {
            files.filter(Files::isRegularFile).forEach(file -> add(jar, file));
        }
        Files.move(made, war, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private void add(JarOutputStream jar, Path file) {
        try {
            jar.putNextEntry(new ZipEntry(root.relativize(file).toString()));
            Files.copy(file, jar);
            jar.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
