package io.highwater.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A part of the product with a fault in it: the checker must find out. The fault is made in a copy
 * of the source, which nodes get in front of their class path. Immutable.
 *
 * @param name what is taken out
 * @param source below src/main, a class or a script
 * @param text what it says; it must be there once
 * @param fault what it says instead
 */
record Mutation(String name, String source, String text, String fault) {
    private static final Path MAIN = Path.of("src", "main");
    private static final String JAVA = "java/";
    private static final String RESOURCES = "resources/";

    /** It acknowledges and delivers what a crash still takes back. */
    static final Mutation FSYNC =
            new Mutation(
                    "fsync",
                    "java/io/highwater/archive/file/GroupCommit.java",
                    "            write(store, group);\n            complete(group);\n",
                    """
                                complete(group);
                                java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
                                write(store, group);
                    """);

    /**
     * Makes the faulty part.
     *
     * @return what belongs in front of the class path
     */
    Path make(Path parent) throws IOException {
        Path folder = Files.createTempDirectory(parent, "mutation-" + name + "-");
        String right = Files.readString(MAIN.resolve(source));
        int first = right.indexOf(text);
        if (first < 0 || right.indexOf(text, first + 1) >= 0) {
            throw new AssertionError(
                    "the mutation \""
                            + name
                            + "\" does not fit any more: "
                            + source
                            + " must have once:\n"
                            + text);
        }
        String wrong = right.replace(text, fault);
        if (source.startsWith(JAVA)) {
            compile(
                    folder,
                    write(folder.resolve("source"), source.substring(JAVA.length()), wrong));
            return folder.resolve("classes");
        }
        write(folder, source.substring(RESOURCES.length()), wrong);
        return folder;
    }

    private static Path write(Path folder, String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private static void compile(Path folder, Path file) throws IOException {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int status =
                compiler.run(
                        null,
                        null,
                        null,
                        List.of(
                                        "-proc:none",
                                        "-nowarn",
                                        "-parameters",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        "-d",
                                        classes.toString(),
                                        file.toString())
                                .toArray(String[]::new));
        if (status != 0) {
            throw new AssertionError("the faulty " + file + " does not compile");
        }
    }
}
