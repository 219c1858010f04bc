package io.highwater.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One line of the catalogue of keys, which the reader, the help and docs/configuration.md share.
 * Immutable.
 *
 * @param name as in a file, such as {@code highwater.tls.port}, or {@code
 *     highwater.channels.NAME.policy}, where the user chooses NAME
 * @param fallback the default as a user would write it, empty for none
 * @param shown the default as the help shows it
 * @param form what a value must be, with its range
 * @param about one sentence
 */
public record ConfigKey(String name, String fallback, String shown, String form, String about) {
    public static final String PREFIX = "highwater.";

    /** Every key, in the order of the catalogue. */
    public static List<ConfigKey> all() {
        List<ConfigKey> keys = new ArrayList<>();
        collect(ConfigSchema.class, PREFIX, keys);
        return List.copyOf(keys);
    }

    /** True if the user chooses a part of it, for which NAME stands. */
    public boolean isNamed() {
        return name.contains(ChosenName.PLACEHOLDER);
    }

    /** The environment variable that sets it, such as {@code HIGHWATER_TLS_PORT}. */
    public String variable() {
        return variable(name);
    }

    static String variable(String name) {
        return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    static ConfigKey of(RecordComponent component, String prefix) {
        Setting setting = setting(component);
        String fallback = setting.fallback();
        return new ConfigKey(
                prefix + kebab(component),
                fallback,
                fallback.isEmpty() ? setting.shown() : fallback,
                form(component, setting),
                setting.about());
    }

    /** True if the component is a group of keys and not a key. */
    static boolean isGroup(RecordComponent component) {
        return component.getType().getEnclosingClass() == ConfigSchema.class;
    }

    /** The group of keys that each name has, if the component is a map of groups; else null. */
    static @Nullable Class<?> namedGroup(RecordComponent component) {
        return component.getType() == Map.class
                        && component.getGenericType() instanceof ParameterizedType map
                ? (Class<?>) map.getActualTypeArguments()[1]
                : null;
    }

    static String kebab(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static void collect(Class<?> group, String prefix, List<ConfigKey> keys) {
        for (RecordComponent component : group.getRecordComponents()) {
            String within = prefix + kebab(component) + ".";
            Class<?> named = namedGroup(component);
            if (named != null) {
                collect(named, within + ChosenName.PLACEHOLDER + ".", keys);
            } else if (isGroup(component)) {
                collect(component.getType(), within, keys);
            } else {
                keys.add(of(component, prefix));
            }
        }
    }

    private static Setting setting(RecordComponent component) {
        return Objects.requireNonNull(
                component.getAnnotation(Setting.class), () -> component + " has no @Setting");
    }

    private static String form(RecordComponent component, Setting setting) {
        if (!setting.form().isEmpty()) {
            return setting.form();
        }
        Class<?> type = component.getType();
        Allowed allowed = component.getAnnotation(Allowed.class);
        if (allowed != null) {
            String zero = allowed.zero() == Allowed.Zero.BESIDE ? "0, or " : "";
            return unit(type) + ", " + zero + allowed.min() + " to " + allowed.max();
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(Object::toString)
                    .collect(Collectors.joining(" or "));
        }
        return type == boolean.class || type == Boolean.class ? "true or false" : "text";
    }

    private static String unit(Class<?> type) {
        if (type == Duration.class) {
            return "a duration";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        return type == ByteSize.class ? "a size in bytes, KiB, MiB or GiB" : "a whole number";
    }
}
