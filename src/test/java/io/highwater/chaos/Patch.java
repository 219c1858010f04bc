package io.highwater.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A change of one source file of the product, in a copy that nodes get in front of their class
 * path. Immutable.
 *
 * @param source below src/main: a class or a script
 * @param changes made one after the other
 */
record Patch(String source, List<Change> changes) {
    /**
     * @param text what it says; it must be there once
     * @param instead what it is to say
     */
    private record Change(String text, String instead) {}

    private static final Path MAIN = Path.of("src", "main");
    private static final String JAVA = "java/";
    private static final String RESOURCES = "resources/";

    /** With one change. */
    static Patch of(String source, String text, String instead) {
        return new Patch(source, List.of(new Change(text, instead)));
    }

    /** The same with one more. */
    Patch and(String text, String instead) {
        List<Change> all = new ArrayList<>(changes);
        all.add(new Change(text, instead));
        return new Patch(source, List.copyOf(all));
    }

    /**
     * Makes the changed part.
     *
     * @return what belongs in front of the class path
     */
    Path make(Path parent) throws IOException {
        Path folder = Files.createTempDirectory(parent, "patch-");
        String changed = Files.readString(MAIN.resolve(source));
        for (Change change : changes) {
            changed = change(changed, change.text, change.instead);
        }
        if (source.startsWith(JAVA)) {
            compile(
                    folder,
                    write(folder.resolve("source"), source.substring(JAVA.length()), changed));
            return folder.resolve("classes");
        }
        write(folder, source.substring(RESOURCES.length()), changed);
        return folder;
    }

    private String change(String original, String text, String instead) {
        int first = original.indexOf(text);
        if (first < 0 || original.indexOf(text, first + 1) >= 0) {
            throw new AssertionError(
                    "a patch does not fit any more: " + source + " must have once:\n" + text);
        }
        return original.replace(text, instead);
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
                                        "-encoding",
                                        "UTF-8",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        "-d",
                                        classes.toString(),
                                        file.toString())
                                .toArray(String[]::new));
        if (status != 0) {
            throw new AssertionError("the changed " + file + " does not compile");
        }
    }
}
