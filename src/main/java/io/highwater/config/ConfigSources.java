package io.highwater.config;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeSet;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Where values come from; later sources win: the file, the environment, system properties, flags.
 * Immutable. No other class of Highwater reads any of them.
 */
public final class ConfigSources {
    static final String FLAGS = "command line";
    static final String SYSTEM = "system property";
    static final String DEFAULT_FILE = "highwater.properties";

    private static final int FILE_ORDINAL = 200;
    private static final int ENVIRONMENT_ORDINAL = 300;
    private static final int SYSTEM_ORDINAL = 400;
    private static final int FLAGS_ORDINAL = 500;

    private final String fileName;
    private final Map<String, String> file;
    private final Map<String, String> environment;
    private final Map<String, String> system;
    private final Map<String, String> flags;

    ConfigSources(
            String fileName,
            Map<String, String> file,
            Map<String, String> environment,
            Map<String, String> system,
            Map<String, String> flags) {
        this.fileName = fileName;
        this.file = Map.copyOf(file);
        this.environment = Map.copyOf(environment);
        this.system = Map.copyOf(system);
        this.flags = Map.copyOf(flags);
    }

    /**
     * This process's environment and system properties.
     *
     * @param file the one of {@code --config}, which must exist; null means {@code
     *     highwater.properties} in the working directory, which need not exist
     * @param flags by key
     */
    public static ConfigSources ofProcess(@Nullable Path file, Map<String, String> flags)
            throws ConfigException {
        return of(Path.of(""), file, System.getenv(), strings(System.getProperties()), flags);
    }

    static ConfigSources of(
            Path workingDirectory,
            @Nullable Path file,
            Map<String, String> environment,
            Map<String, String> system,
            Map<String, String> flags)
            throws ConfigException {
        Path path = file != null ? file : workingDirectory.resolve(DEFAULT_FILE);
        boolean absent = file == null && !Files.exists(path);
        Map<String, String> values = absent ? Map.of() : load(path);
        return new ConfigSources(path.toString(), values, environment, system, flags);
    }

    /** A copy with more flags, such as those that another flag implies. */
    public ConfigSources withFlags(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(flags);
        all.putAll(more);
        return new ConfigSources(fileName, file, environment, system, all);
    }

    Map<String, String> environment() {
        return environment;
    }

    /** The sources in which unknown keys are errors, by their name in error messages. */
    Map<String, Map<String, String>> strict() {
        return Map.of(fileName, file, SYSTEM, system, FLAGS, flags);
    }

    /**
     * The chosen names in the keys of a group, such as "highwater.channels.".
     *
     * @param variables the environment without variables that are not settings
     */
    SortedSet<String> chosenNames(String group, Map<String, String> variables) {
        SortedSet<String> names = new TreeSet<>();
        for (ConfigKey key : ConfigKey.all()) {
            if (key.isNamed() && key.name().startsWith(group)) {
                for (Map<String, String> values : strict().values()) {
                    values.keySet().stream()
                            .flatMap(name -> ChosenName.in(name, key.name()).stream())
                            .forEach(names::add);
                }
                variables.keySet().stream()
                        .flatMap(name -> ChosenName.inVariable(name, key).stream())
                        .forEach(names::add);
            }
        }
        return names;
    }

    /**
     * @param variables the environment without what is not meant for us
     */
    List<ConfigSource> sources(Map<String, String> variables) {
        return List.of(
                new PropertiesConfigSource(file, fileName, FILE_ORDINAL),
                new EnvConfigSource(variables, ENVIRONMENT_ORDINAL),
                new PropertiesConfigSource(system, SYSTEM, SYSTEM_ORDINAL),
                new PropertiesConfigSource(flags, FLAGS, FLAGS_ORDINAL));
    }

    /**
     * The source that set the key, in words; null if none did.
     *
     * @param variables the environment without what is not meant for us
     */
    @Nullable String whoSet(String name, Map<String, String> variables) {
        if (flags.containsKey(name)) {
            return FLAGS;
        } else if (system.containsKey(name)) {
            return SYSTEM;
        }
        String variable = ConfigKey.variable(name);
        if (variables.containsKey(variable)) {
            return "environment, " + variable;
        }
        return file.containsKey(name) ? fileName : null;
    }

    /** The source with this ordinal, in words. */
    String describe(int ordinal, ConfigKey key) {
        return switch (ordinal) {
            case FILE_ORDINAL -> fileName;
            case ENVIRONMENT_ORDINAL -> "environment, " + key.variable();
            case SYSTEM_ORDINAL -> SYSTEM;
            default -> FLAGS;
        };
    }

    private static Map<String, String> load(Path path) throws ConfigException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new ConfigException(List.of(path + ": there is no such file"));
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException(
                    List.of(path + ": cannot be read as a properties file in UTF-8 (" + e + ")"));
        }
        return strings(properties);
    }

    private static Map<String, String> strings(Properties properties) {
        Map<String, String> strings = new HashMap<>();
        for (String name : properties.stringPropertyNames()) {
            strings.put(name, properties.getProperty(name));
        }
        return strings;
    }
}
