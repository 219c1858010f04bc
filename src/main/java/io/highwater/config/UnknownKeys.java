package io.highwater.config;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds names under {@code highwater.} that no key has, and in a file names that lack that prefix.
 * In a file, a flag or a system property that is an error; among environment variables only a
 * warning, because Kubernetes sets {@code HIGHWATER_PORT=tcp://10.0.0.1:8080} and more for a
 * Service called highwater. Immutable.
 */
final class UnknownKeys {
    private static final Pattern SERVICE_LINK = Pattern.compile("(tcp|udp|sctp)://.*");

    /** Letters that are different in a name that is meant: two, or a quarter of a long one. */
    private static final int LEAST_NEAR = 2;

    private static final int NEAR_PARTS = 4;

    private static final String PREFIX_WORD = "highwater";

    private final List<ConfigKey> keys;
    private final Set<String> names;
    private final Set<String> variables;

    UnknownKeys(List<ConfigKey> keys) {
        this.keys = List.copyOf(keys);
        names = keys.stream().map(ConfigKey::name).collect(Collectors.toUnmodifiableSet());
        variables =
                keys.stream()
                        .filter(key -> !key.isPrefixed())
                        .map(ConfigKey::variable)
                        .collect(Collectors.toUnmodifiableSet());
    }

    void check(ConfigSources sources, ConfigProblems problems) {
        new TreeMap<>(sources.strict())
                .forEach((source, values) -> check(source, values.keySet(), problems));
    }

    private void check(String source, Set<String> given, ConfigProblems problems) {
        given.stream()
                .filter(name -> isOurs(source, name))
                .filter(name -> !names.contains(QuotedPrefix.generalise(name)))
                .sorted()
                .forEach(
                        name ->
                                problems.addWhole(
                                        name
                                                + ": no such key; did you mean "
                                                + nearest(name)
                                                + "? ("
                                                + source
                                                + ")"));
    }

    /**
     * A file and the system properties may hold others' keys, a flag is for us. In a file, what
     * looks like one of ours was meant as one: its prefix is what people forget.
     */
    private boolean isOurs(String source, String name) {
        return source.equals(ConfigSources.FLAGS)
                || name.startsWith(ConfigKey.PREFIX)
                || (!source.equals(ConfigSources.SYSTEM) && looksLikeOurs(name));
    }

    private boolean looksLikeOurs(String name) {
        if (!corrected(name).equals(name)) {
            return true;
        }
        String general = QuotedPrefix.generalise(ConfigKey.PREFIX + name);
        int near = Math.max(LEAST_NEAR, name.length() / NEAR_PARTS);
        return keys.stream().anyMatch(key -> distance(general, key.name()) <= near);
    }

    /** The environment without what is not meant as a setting; says so of each. */
    Map<String, String> usable(Map<String, String> environment, Consumer<String> warnings) {
        Map<String, String> usable = new HashMap<>(environment);
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith("HIGHWATER_")) {
                continue;
            }
            if (!variables.contains(name)) {
                warnings.accept(name + " sets nothing: there is no such key");
            } else if (SERVICE_LINK.matcher(variable.getValue()).matches()) {
                usable.remove(name);
                warnings.accept(name + " is ignored: it is Kubernetes' link to a Service");
            }
        }
        return usable;
    }

    /** With our prefix in place of one that is nearly ours. */
    private static String corrected(String name) {
        int dot = name.indexOf('.');
        boolean isNear =
                dot > 0
                        && !name.startsWith(ConfigKey.PREFIX)
                        && distance(PREFIX_WORD, name.substring(0, dot)) <= LEAST_NEAR;
        return isNear ? ConfigKey.PREFIX + name.substring(dot + 1) : name;
    }

    private String nearest(String given) {
        String name = corrected(given);
        String general = QuotedPrefix.generalise(name);
        List<String> known = keys.stream().map(ConfigKey::name).toList();
        List<String> prefixed = known.stream().filter(key -> isInGroup(name, key)).toList();
        String nearest =
                (prefixed.isEmpty() ? known : prefixed)
                        .stream()
                                .min(Comparator.comparingInt(key -> distance(general, key)))
                                .orElseThrow();
        return nearest.contains(QuotedPrefix.PLACEHOLDER) && general.equals(name)
                ? nearest + ", with the quotes"
                : QuotedPrefix.specialise(nearest, name);
    }

    /** Whether {@code name} begins as the prefixed {@code key} does before its prefix. */
    private static boolean isInGroup(String name, String key) {
        int prefix = key.indexOf(QuotedPrefix.PLACEHOLDER);
        return prefix >= 0 && name.startsWith(key.substring(0, prefix));
    }

    /** Levenshtein's, after the letters that people forget and mistake are made alike. */
    private static int distance(String left, String right) {
        String from = plain(left);
        String to = plain(right);
        int[] previous = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] current = new int[to.length() + 1];
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[to.length()];
    }

    private static String plain(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith(ConfigKey.PREFIX)
                ? lower.substring(ConfigKey.PREFIX.length())
                : lower;
    }
}
