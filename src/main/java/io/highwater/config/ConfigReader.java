package io.highwater.config;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.config.ConfigValue;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;
import org.jspecify.annotations.Nullable;

/**
 * Fills {@link ConfigSchema} from MicroProfile Config sources and checks each value against its
 * type and its Bean Validation constraints. A value that is not allowed is added to the {@link
 * ConfigProblems} and replaced by its default, so that one pass finds all mistakes. Confined to its
 * caller.
 */
final class ConfigReader {
    private final ConfigSources sources;
    private final Map<String, String> variables;
    private final SmallRyeConfig config;
    private final Validator validator;
    private final ConfigProblems problems;

    private ConfigReader(
            ConfigSources sources,
            Map<String, String> variables,
            Validator validator,
            ConfigProblems problems) {
        this.sources = sources;
        this.variables = variables;
        this.config = config(sources, variables);
        this.validator = validator;
        this.problems = problems;
    }

    static ConfigSchema read(
            ConfigSources sources, Map<String, String> variables, ConfigProblems problems) {
        try (ValidatorFactory factory =
                Validation.byDefaultProvider()
                        .configure()
                        .messageInterpolator(new ParameterMessageInterpolator())
                        .buildValidatorFactory()) {
            return new ConfigReader(sources, variables, factory.getValidator(), problems)
                    .group(ConfigSchema.class, ConfigKey.PREFIX);
        }
    }

    /** Adds no default interceptors: a "$" in a password is not an expression. */
    private static SmallRyeConfig config(ConfigSources sources, Map<String, String> variables) {
        return new SmallRyeConfigBuilder().withSources(sources.sources(variables)).build();
    }

    private <T> T group(Class<T> type, String prefix) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            RecordComponent component = components[i];
            String within = prefix + ConfigKey.kebab(component) + ".";
            Class<?> named = ConfigKey.namedGroup(component);
            if (named != null) {
                values[i] = groups(named, within);
            } else if (ConfigKey.isGroup(component)) {
                values[i] = group(component.getType(), within);
            } else {
                values[i] = value(type, component, ConfigKey.of(component, prefix));
            }
        }
        return make(type, components, values);
    }

    /** Makes a group for each name that occurs in a key of the group. */
    private Map<String, Object> groups(Class<?> type, String within) {
        Map<String, Object> groups = new TreeMap<>();
        for (String name : sources.chosenNames(within, variables)) {
            groups.put(name, group(type, within + name + "."));
        }
        return groups;
    }

    private static <T> T make(Class<T> type, RecordComponent[] components, Object[] values) {
        try {
            Class<?>[] types =
                    Arrays.stream(components)
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new);
            Constructor<T> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the schema cannot be made: " + type, e);
        }
    }

    private @Nullable Object value(Class<?> group, RecordComponent component, ConfigKey key) {
        ConfigValue found = config.getConfigValue(key.name());
        String text = found.getValue();
        if (text == null || text.isBlank()) {
            return fallback(component, key);
        }
        try {
            Object value = ConfigConverters.convert(text, component.getType());
            if (validator.validateValue(group, component.getName(), value).isEmpty()) {
                return value;
            }
        } catch (IllegalArgumentException notOfTheType) {
            // Reported below like a value out of range, since the form states type and range.
        }
        String shown = component.getType() == Secret.class ? "***" : text.strip();
        problems.add(
                key.name(),
                key.name()
                        + ": \""
                        + shown
                        + "\" is not allowed: "
                        + key.form()
                        + " ("
                        + sources.describe(found.getSourceOrdinal(), key)
                        + ")");
        return fallback(component, key);
    }

    private static @Nullable Object fallback(RecordComponent component, ConfigKey key) {
        if (!key.fallback().isEmpty()) {
            return ConfigConverters.convert(key.fallback(), component.getType());
        }
        return component.getType() == List.class ? List.of() : null;
    }
}
