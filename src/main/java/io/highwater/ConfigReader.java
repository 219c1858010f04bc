package io.highwater;

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
import org.eclipse.microprofile.config.ConfigValue;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;
import org.jspecify.annotations.Nullable;

/**
 * Fills {@link ConfigSchema} from MicroProfile Config sources and holds each value against its type
 * and its Bean Validation constraints. A value that is not allowed is told to the {@link
 * ConfigProblems} and replaced by its default, so that one pass finds them all. Confined to its
 * caller.
 */
final class ConfigReader {
    private final ConfigSources sources;
    private final SmallRyeConfig config;
    private final Validator validator;
    private final ConfigProblems problems;

    private ConfigReader(
            ConfigSources sources,
            SmallRyeConfig config,
            Validator validator,
            ConfigProblems problems) {
        this.sources = sources;
        this.config = config;
        this.validator = validator;
        this.problems = problems;
    }

    static ConfigSchema read(
            ConfigSources sources, Map<String, String> variables, ConfigProblems problems) {
        // No default interceptors: a "$" in a password is not an expression.
        SmallRyeConfig config =
                new SmallRyeConfigBuilder().withSources(sources.sources(variables)).build();
        try (ValidatorFactory factory =
                Validation.byDefaultProvider()
                        .configure()
                        .messageInterpolator(new ParameterMessageInterpolator())
                        .buildValidatorFactory()) {
            return new ConfigReader(sources, config, factory.getValidator(), problems)
                    .group(ConfigSchema.class, ConfigKey.PREFIX);
        }
    }

    private <T> T group(Class<T> type, String prefix) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            RecordComponent component = components[i];
            values[i] =
                    ConfigKey.isGroup(component)
                            ? group(component.getType(), prefix + ConfigKey.kebab(component) + ".")
                            : value(type, component, ConfigKey.of(component, prefix));
        }
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
            // Told below, as a value out of range is: the form says both.
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
