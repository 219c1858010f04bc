package io.highwater.config;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Finds names under {@code highwater.} that are no keys, and names in a file that lack the prefix.
 * In a file, a flag or a system property they are errors. In environment variables they only cause
 * a warning, because Kubernetes sets {@code HIGHWATER_PORT=tcp://10.0.0.1:8080} and more for a
 * Service called highwater. A {@linkplain FormerKeys former key} is an error wherever it is set.
 * Immutable.
 */
final class UnknownKeys {
    private static final Pattern SERVICE_LINK = Pattern.compile("(tcp|udp|sctp)://.*");

    /** Letters that may differ between a name and the key it means: two, or a quarter if longer. */
    private static final int LEAST_NEAR = 2;

    private static final int NEAR_PARTS = 4;

    /** But at most half the letters of a short name. */
    private static final int SHORT_PARTS = 2;

    private static final String PREFIX_WORD = "highwater";

    private final List<ConfigKey> keys;

    UnknownKeys(List<ConfigKey> keys) {
        this.keys = List.copyOf(keys);
    }

    void check(ConfigSources sources, ConfigProblems problems) {
        new TreeMap<>(sources.strict())
                .forEach((source, values) -> check(source, values.keySet(), problems));
        FormerKeys.variables()
                .forEach(
                        (former, now) -> {
                            if (sources.environment().containsKey(former)) {
                                problems.addWhole(
                                        former
                                                + ": this variable is now "
                                                + now
                                                + " (environment)");
                            }
                        });
    }

    private void check(String source, Set<String> given, ConfigProblems problems) {
        given.stream()
                .filter(name -> isOurs(source, name) && !isKnown(name))
                .sorted()
                .forEach(name -> problems.addWhole(problem(name) + " (" + source + ")"));
    }

    private String problem(String name) {
        String corrected = corrected(name);
        Optional<String> instead = FormerKeys.instead(corrected);
        if (instead.isPresent()) {
            return name + ": this key is now " + instead.get();
        }
        return name
                + ": no such key; "
                + nearest(corrected)
                        .map(near -> "did you mean " + near + "?")
                        .orElse("docs/configuration.md and highwater run --help list them");
    }

    private boolean isKnown(String name) {
        return keys.stream()
                .anyMatch(
                        key ->
                                key.name().equals(name)
                                        || ChosenName.in(name, key.name()).isPresent());
    }

    /**
     * A file and the system properties may contain keys of other programs; a flag is always ours.
     * In a file, a name that looks like one of our keys is taken for one, because people forget the
     * prefix.
     */
    private boolean isOurs(String source, String name) {
        return source.equals(ConfigSources.FLAGS)
                || name.startsWith(ConfigKey.PREFIX)
                || (!source.equals(ConfigSources.SYSTEM) && looksLikeOurs(name));
    }

    private boolean looksLikeOurs(String name) {
        return hasNearPrefix(name)
                || FormerKeys.instead(ConfigKey.PREFIX + name).isPresent()
                || nearest(ConfigKey.PREFIX + name).isPresent();
    }

    /** The environment without variables that are not settings; warns about each of them. */
    Map<String, String> usable(Map<String, String> environment, Consumer<String> warnings) {
        Map<String, String> usable = new HashMap<>(environment);
        Set<String> former = FormerKeys.variables().keySet();
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith("HIGHWATER_") || former.contains(name)) {
                continue;
            }
            if (!isVariable(name)) {
                warnings.accept(name + " sets nothing: there is no such key");
            } else if (SERVICE_LINK.matcher(variable.getValue()).matches()) {
                usable.remove(name);
                warnings.accept(name + " is ignored: it is Kubernetes' link to a Service");
            }
        }
        return usable;
    }

    private boolean isVariable(String name) {
        return keys.stream()
                .anyMatch(
                        key ->
                                key.isNamed()
                                        ? ChosenName.inVariable(name, key).isPresent()
                                        : key.variable().equals(name));
    }

    /** The name with our prefix, which also replaces a misspelt one. */
    private static String corrected(String name) {
        if (name.startsWith(ConfigKey.PREFIX)) {
            return name;
        }
        return ConfigKey.PREFIX
                + (hasNearPrefix(name) ? name.substring(name.indexOf('.') + 1) : name);
    }

    private static boolean hasNearPrefix(String name) {
        int dot = name.indexOf('.');
        return dot > 0 && distance(PREFIX_WORD, name.substring(0, dot)) <= LEAST_NEAR;
    }

    /** The key that a name with our prefix probably means; empty if no key is near. */
    private Optional<String> nearest(String name) {
        String given = name.substring(ConfigKey.PREFIX.length());
        int bound =
                Math.min(
                        given.length() / SHORT_PARTS,
                        Math.max(LEAST_NEAR, given.length() / NEAR_PARTS));
        String nearest = null;
        for (ConfigKey key : keys) {
            String known = key.name().substring(ConfigKey.PREFIX.length());
            for (String meant : List.of(put(given, known), known)) {
                // A key written without the chosen name matches too.
                int distance =
                        Math.min(
                                distance(given, meant),
                                distance(given, ChosenName.leaveOut(meant)));
                if (distance <= bound && (nearest == null || distance < bound)) {
                    nearest = ConfigKey.PREFIX + meant;
                    bound = distance;
                }
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** The key with the chosen name from {@code given}, if it has one. */
    private static String put(String given, String known) {
        String[] parts = given.split("\\.", -1);
        String name = parts.length > 2 ? ChosenName.like(parts[1]) : "";
        return name.isEmpty() ? known : ChosenName.put(name, known);
    }

    /** The Levenshtein distance, ignoring case. */
    private static int distance(String left, String right) {
        String from = left.toLowerCase(Locale.ROOT);
        String to = right.toLowerCase(Locale.ROOT);
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
}
