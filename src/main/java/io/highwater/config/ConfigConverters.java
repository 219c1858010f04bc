package io.highwater.config;

import io.highwater.time.Durations;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Converts text to the types of {@link ConfigSchema}, strictly. Stateless. */
final class ConfigConverters {
    private ConfigConverters() {}

    /** Throws IllegalArgumentException if the text is not a value of the type. */
    static Object convert(String text, Class<?> type) {
        return converter(type).apply(text.strip());
    }

    private static Function<String, ?> converter(Class<?> type) {
        if (type == int.class || type == Integer.class) {
            return Integer::valueOf;
        }
        if (type == double.class || type == Double.class) {
            // Not Double.valueOf, which accepts "1f" and "NaN" too.
            return text -> new BigDecimal(text).doubleValue();
        }
        if (type == boolean.class || type == Boolean.class) {
            return ConfigConverters::bool;
        }
        if (type == ByteSize.class) {
            return ByteSize::parse;
        }
        if (type == Duration.class) {
            return Durations::parse;
        }
        if (type == List.class) {
            return ConfigConverters::list;
        }
        if (type == Path.class) {
            return Path::of;
        }
        if (type == Secret.class) {
            return Secret::new;
        }
        if (type.isEnum()) {
            return text -> constant(text, type);
        }
        if (type == String.class) {
            return Function.identity();
        }
        throw new IllegalStateException("no converter for " + type);
    }

    private static Boolean bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false");
        };
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    private static Object constant(String text, Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.toString().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such constant"));
    }
}
