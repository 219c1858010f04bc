package io.highwater.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The jars of {@code --with}, as a class loader on top of Highwater's. Stateless. */
final class TeamJars {
    private static final String BEANS = "META-INF/beans.xml";

    /** What the class file of an endpoint, or of a class that chooses endpoints, refers to. */
    private static final List<String> ENDPOINTS =
            List.of(
                    "Ljakarta/websocket/server/ServerEndpoint;",
                    "jakarta/websocket/server/ServerApplicationConfig");

    private TeamJars() {}

    /**
     * @throws ParameterException a jar can't be read, or no bean in it would be found
     */
    static ClassLoader loader(List<Path> jars, CommandLine command) throws IOException {
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            Path jar = jars.get(i);
            check(jar, command);
            urls[i] = jar.toUri().toURL();
        }
        // Never closed: the node's classes come out of it until the process ends.
        return new URLClassLoader("team", urls, TeamJars.class.getClassLoader());
    }

    private static boolean hasEndpoints(JarFile jar) throws IOException {
        for (JarEntry entry : Collections.list(jar.entries())) {
            if (entry.getName().endsWith(".class")) {
                try (InputStream in = jar.getInputStream(entry)) {
                    String bytes = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
                    if (ENDPOINTS.stream().anyMatch(bytes::contains)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static void check(Path jar, CommandLine command) {
        try (JarFile file = new JarFile(jar.toFile())) {
            if (file.getEntry(BEANS) == null && !hasEndpoints(file)) {
                throw new ParameterException(
                        command,
                        "--with "
                                + jar
                                + ": has no endpoint, and no "
                                + BEANS
                                + ", so that none of its beans is found");
            }
        } catch (NoSuchFileException e) {
            throw new ParameterException(command, "--with " + jar + ": there is no such file");
        } catch (IOException e) {
            throw new ParameterException(command, "--with " + jar + ": is no jar to be read: " + e);
        }
    }
}
