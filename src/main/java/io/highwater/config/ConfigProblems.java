package io.highwater.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Collects all mistakes, so that a user sees them at once. Confined to its caller. */
final class ConfigProblems {
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private static final Pattern KEY =
            Pattern.compile(Pattern.quote(ConfigKey.PREFIX) + "[a-z0-9.-]*[a-z0-9]");

    private final UnaryOperator<@Nullable String> sourceOf;
    private final List<String> lines = new ArrayList<>();
    private final Set<String> badKeys = new HashSet<>();

    /**
     * @param sourceOf the source that set a key, in words; null if none did
     */
    ConfigProblems(UnaryOperator<@Nullable String> sourceOf) {
        this.sourceOf = sourceOf;
    }

    /** Adds a line about a key that has no usable value. */
    void add(String key, String line) {
        badKeys.add(key);
        lines.add(onOneLine(line));
    }

    /** Adds a line about values that are usable but do not go together. */
    void add(String line) {
        lines.add(onOneLine(withSources(line)));
    }

    /** Adds a line that already names its source. */
    void addWhole(String line) {
        lines.add(onOneLine(line));
    }

    /**
     * Returns what {@code make} makes. If it throws IllegalArgumentException, adds the message as a
     * line and returns null. If one of these keys has no usable value, returns null without trying,
     * since a message about the default in its place would mislead. A key ending in "." or "-"
     * stands for all keys that start with it.
     */
    <T> @Nullable T attempt(Supplier<T> make, String... keys) {
        if (badKeys.stream().anyMatch(bad -> Arrays.stream(keys).anyMatch(bad::startsWith))) {
            return null;
        }
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            lines.add(onOneLine(withSources(String.valueOf(e.getMessage()))));
            return null;
        }
    }

    /** Appends the source of each key named in the line, since they may have different sources. */
    private String withSources(String line) {
        Set<String> named = new LinkedHashSet<>();
        KEY.matcher(line).results().map(MatchResult::group).forEach(named::add);
        Map<String, String> sources = new LinkedHashMap<>();
        for (String key : named) {
            String source = sourceOf.apply(key);
            if (source != null) {
                sources.put(key, source);
            }
        }
        if (sources.isEmpty()) {
            return line;
        }
        boolean one = Set.copyOf(sources.values()).size() == 1;
        return line
                + (one
                        ? " (" + sources.values().iterator().next() + ")"
                        : sources.entrySet().stream()
                                .map(set -> set.getKey() + ": " + set.getValue())
                                .collect(Collectors.joining("; ", " (", ")")));
    }

    /** Escapes control characters: names and values in a file may contain line breaks. */
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
