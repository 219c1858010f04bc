package io.highwater.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys of older versions, and what to write instead, so that an operator who upgrades is told and
 * no setting is lost silently. Stateless.
 */
final class FormerKeys {
    private static final Map<String, String> RENAMED =
            Map.of(
                    "highwater.outbound.policy", "highwater.endpoints.policy",
                    "highwater.outbound.latest-count", "highwater.endpoints.latest-count");

    /** The last parts of the channels' keys. */
    private static final Map<String, String> RENAMED_OF_CHANNELS =
            Map.of(
                    "policy", "policy",
                    "latest-count", "latest-count",
                    "ring-messages", "history-messages",
                    "ring-age", "history-age");

    private static final String CHANNELS = "highwater.channels.";

    /** Former keys contained the prefix: {@code highwater.channels."prices.".ring-age}. */
    private static final Pattern QUOTED =
            Pattern.compile(Pattern.quote(CHANNELS) + "\"([^\"]*)\"\\.([a-z-]+)");

    private static final Pattern NAMED =
            Pattern.compile(Pattern.quote(CHANNELS) + "([a-z0-9-]+)\\.(ring-[a-z]+)");

    private FormerKeys() {}

    /** What to write instead of a former key; empty for any other. */
    static Optional<String> instead(String given) {
        String renamed = RENAMED.get(given);
        if (renamed != null) {
            return Optional.of(renamed);
        }
        Matcher quoted = QUOTED.matcher(given);
        if (quoted.matches() && RENAMED_OF_CHANNELS.containsKey(quoted.group(2))) {
            String prefix = quoted.group(1);
            String group = CHANNELS + nameFor(prefix) + ".";
            return Optional.of(
                    group
                            + "prefix="
                            + (prefix.isEmpty() ? "*" : prefix)
                            + " and "
                            + group
                            + RENAMED_OF_CHANNELS.get(quoted.group(2)));
        }
        Matcher named = NAMED.matcher(given);
        return named.matches() && RENAMED_OF_CHANNELS.containsKey(named.group(2))
                ? Optional.of(
                        CHANNELS + named.group(1) + "." + RENAMED_OF_CHANNELS.get(named.group(2)))
                : Optional.empty();
    }

    /** The same for environment variables, which could not contain a prefix. */
    static Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        RENAMED.forEach(
                (former, now) ->
                        variables.put(ConfigKey.variable(former), ConfigKey.variable(now)));
        return variables;
    }

    private static String nameFor(String prefix) {
        String name = ChosenName.like(prefix);
        return name.isEmpty() ? "all" : name;
    }
}
