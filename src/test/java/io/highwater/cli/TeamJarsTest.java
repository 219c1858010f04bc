package io.highwater.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TeamJarsTest {
    private final StringWriter err = new StringWriter();
    private final AtomicReference<ClassLoader> seen = new AtomicReference<>();

    @TempDir private Path directory;

    @Test
    void theNodeStartsWithALoaderThatFindsTheJars() throws IOException {
        Path first = jar("first", "META-INF/beans.xml", "one");
        Path second = jar("second", "META-INF/beans.xml", "two");

        assertThat(run("run", "--with", first.toString(), "--with", second.toString())).isZero();

        assertThat(seen.get().getResource("one")).isNotNull();
        assertThat(seen.get().getResource("two")).isNotNull();
    }

    @Test
    void aJarWithoutBeansIsAMistake() throws IOException {
        Path jar = jar("plain", "one");

        assertThat(run("run", "--with", jar.toString())).isEqualTo(2);

        assertThat(err.toString().lines().findFirst())
                .hasValueSatisfying(
                        line ->
                                assertThat(line)
                                        .contains(jar.toString())
                                        .contains("META-INF/beans.xml"));
        assertThat(seen.get()).isNull();
    }

    @Test
    void aFileThatIsNoJarIsAMistake() throws IOException {
        Path none = directory.resolve("none.jar");
        Path text = Files.writeString(directory.resolve("text.jar"), "text");

        assertThat(run("run", "--with", none.toString())).isEqualTo(2);
        assertThat(run("run", "--with", text.toString())).isEqualTo(2);

        assertThat(err.toString())
                .contains(none + ": there is no such file")
                .contains(text + ": is no jar to be read");
    }

    private Path jar(String name, String... entries) throws IOException {
        Path file = directory.resolve(name + ".jar");
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out)) {
            for (String entry : entries) {
                jar.putNextEntry(new JarEntry(entry));
                jar.closeEntry();
            }
        }
        return file;
    }

    private int run(String... args) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            return Main.run(
                    List.of(new RunCommand(config -> node(), () -> () -> {})),
                    new PrintWriter(new StringWriter()),
                    new PrintWriter(err, true),
                    args);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private Node node() {
        seen.set(Thread.currentThread().getContextClassLoader());
        return new Node() {
            @Override
            public int port() {
                return 81;
            }

            @Override
            public OptionalInt tlsPort() {
                return OptionalInt.empty();
            }

            @Override
            public int adminPort() {
                return 91;
            }

            @Override
            public void stop() {}
        };
    }
}
