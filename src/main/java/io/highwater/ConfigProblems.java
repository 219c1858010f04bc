package io.highwater;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong, so that a user hears all of it at once. Confined to its caller. */
final class ConfigProblems {
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private final List<String> lines = new ArrayList<>();
    private final Set<String> badKeys = new HashSet<>();

    /** A line about a key that has no usable value. */
    void add(String key, String line) {
        badKeys.add(key);
        lines.add(onOneLine(line));
    }

    /** A line about values that are usable but do not go together. */
    void add(String line) {
        lines.add(onOneLine(line));
    }

    /**
     * What {@code make} makes, or null where it throws IllegalArgumentException, whose message is
     * then a line. Not tried, and null, while one of these keys has no usable value: what it would
     * say of the default in its place misleads. A key ending in "." or "-" stands for all that
     * start with it.
     */
    <T> @Nullable T attempt(Supplier<T> make, String... keys) {
        if (badKeys.stream().anyMatch(bad -> Arrays.stream(keys).anyMatch(bad::startsWith))) {
            return null;
        }
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            lines.add(onOneLine(String.valueOf(e.getMessage())));
            return null;
        }
    }

    /** Names and values of a file may hold line breaks. */
    private static String onOneLine(String line) {
        return CONTROL.matcher(line)
                .replaceAll(found -> String.format("\\\\u%04x", (int) found.group().charAt(0)));
    }

    void throwIfAny() throws ConfigException {
        if (!lines.isEmpty()) {
            throw new ConfigException(lines);
        }
    }
}
