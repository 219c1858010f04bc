package io.highwater.deployment;

import io.highwater.testing.ForeignPrograms;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the Containerfile makes, in a folder: the runtime of its own jlink lines, and the working
 * directory with target/highwater.jar. Confined to its caller.
 */
final class ContainerImage {
    static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rwxr-xr-x");

    private static final Set<PosixFilePermission> READ_ONLY =
            PosixFilePermissions.fromString("r-xr-xr-x");
    private static final int JDK = 25;

    private final Containerfile file;
    private final Path folder;
    private final Path runtime;

    private ContainerImage(Containerfile file, Path folder, Path runtime) {
        this.file = file;
        this.folder = folder;
        this.runtime = runtime;
    }

    /** Runs the build stage's lines that follow Maven's; skips the test without a JDK for them. */
    static ContainerImage build(Path folder) throws IOException, InterruptedException {
        Containerfile file = Containerfile.read();
        Path build = Files.createDirectory(folder.resolve("build"));
        Files.setPosixFilePermissions(build, READABLE);
        String path = jdk().resolve("bin") + File.pathSeparator + System.getenv("PATH");
        for (String line : file.all("RUN")) {
            if (!line.startsWith("mvn ")) {
                run(build, path, line);
            }
        }
        return new ContainerImage(file, folder, build.resolve("jre"));
    }

    private static void run(Path folder, String path, String line)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder("/bin/sh", "-c", line)
                        .directory(folder.toFile())
                        .redirectErrorStream(true);
        builder.environment().put("PATH", path);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(line + ": " + output);
        }
    }

    /** The JDK that the build stage has, or a newer one. */
    private static Path jdk() throws IOException {
        List<Path> candidates = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
        Path packages = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(packages)) {
            try (Stream<Path> all = Files.list(packages)) {
                all.sorted(Comparator.reverseOrder()).forEach(candidates::add);
            }
        }
        for (Path candidate : candidates) {
            if (Files.isExecutable(candidate.resolve("bin/jlink")) && feature(candidate) >= JDK) {
                return candidate;
            }
        }
        return ForeignPrograms.skip("no JDK " + JDK + " or newer, which the image is built with");
    }

    private static int feature(Path jdk) throws IOException {
        return Files.readAllLines(jdk.resolve("release")).stream()
                .filter(line -> line.startsWith("JAVA_VERSION=\""))
                .map(line -> line.replaceFirst("JAVA_VERSION=\"([0-9]+).*", "$1"))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(0);
    }

    /** WORKDIR with the ConfigMap mounted, for reading only. */
    Path workDirectory(Map<String, String> settings) throws IOException {
        Path directory = Files.createDirectory(folder.resolve("work"));
        Path libraries = Files.createDirectory(directory.resolve("lib"));
        Path target = Path.of("target");
        Files.copy(target.resolve("highwater.jar"), directory.resolve("highwater.jar"));
        try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, libraries.resolve(jar.getFileName().toString()));
            }
        }
        Path config = Files.createDirectory(directory.resolve("config"));
        Files.write(
                config.resolve("highwater.properties"),
                settings.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
        permit(directory, READ_ONLY);
        return directory;
    }

    /** So that whoever made it may delete it. */
    void makeWritable() throws IOException {
        permit(folder.resolve("work"), READABLE);
    }

    private static void permit(Path top, Set<PosixFilePermission> permissions) throws IOException {
        if (Files.exists(top)) {
            try (Stream<Path> all = Files.walk(top)) {
                for (Path path : all.toList()) {
                    Files.setPosixFilePermissions(path, permissions);
                }
            }
        }
    }

    /** ENTRYPOINT with these arguments in CMD's place. */
    List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(file.words("ENTRYPOINT"));
        command.addAll(arguments);
        return command;
    }

    /** As the image's user where this one may change to it, else as this one, who is not root. */
    ProcessBuilder asUser(Path directory, Map<String, String> environment, List<String> command) {
        List<String> all = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            String[] ids = file.last("USER").split(":");
            all.addAll(
                    List.of(
                            ForeignPrograms.setpriv().toString(),
                            "--reuid=" + ids[0],
                            "--regid=" + ids[1],
                            "--clear-groups",
                            "--no-new-privs",
                            "--bounding-set=-all",
                            "--inh-caps=-all"));
        }
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", runtime.resolve("bin") + ":/usr/bin:/bin");
        builder.environment().put("LANG", "C.UTF-8");
        builder.environment().putAll(environment);
        return builder;
    }
}
