package io.highwater.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Classes as a team would put on the class path, compiled on the spot. Stateless. */
final class TeamClasses {
    private TeamClasses() {}

    /** Compiles {@code package team;} and {@code source}; returns the bean archive's folder. */
    static Path compile(Path folder, String name, String source) throws IOException {
        Path archive = Files.createTempDirectory(folder, "team");
        Path file = Files.createDirectories(archive.resolve("team")).resolve(name + ".java");
        Files.writeString(file, "package team;\n" + source);
        Path beans = Files.createDirectories(archive.resolve("META-INF")).resolve("beans.xml");
        Files.copy(Path.of("src/main/resources/META-INF/beans.xml"), beans);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options =
                List.of(
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        archive.toString(),
                        file.toString());
        if (compiler.run(null, null, null, options.toArray(String[]::new)) != 0) {
            throw new AssertionError("does not compile: " + source);
        }
        return archive;
    }
}
