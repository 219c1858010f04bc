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

/** Collects what is wrong, so that a user hears all of it at once. Confined to its caller. */
final class ConfigProblems {
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private static final Pattern KEY =
            Pattern.compile(Pattern.quote(ConfigKey.PREFIX) + "[a-z0-9.-]*[a-z0-9]");

    private final UnaryOperator<@Nullable String> sourceOf;
    private final List<String> lines = new ArrayList<>();
    private final Set<String> badKeys = new HashSet<>();

    /**
     * @param sourceOf who set a key, for a person; null where nobody did
     */
    ConfigProblems(UnaryOperator<@Nullable String> sourceOf) {
        this.sourceOf = sourceOf;
    }

    /** A line about a key that has no usable value. */
    void add(String key, String line) {
        badKeys.add(key);
        lines.add(onOneLine(line));
    }

    /** A line about values that are usable but do not go together. */
    void add(String line) {
        lines.add(onOneLine(withSources(line)));
    }

    /** A line that says itself where it comes from. */
    void addWhole(String line) {
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
            lines.add(onOneLine(withSources(String.valueOf(e.getMessage()))));
            return null;
        }
    }

    /** What does not go together may come from several places: each key that was set, with its. */
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
