package io.highwater.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part in quotes of a key that holds for whatever begins with it, such as {@code
 * highwater.channels."prices.".policy}. The catalogue has {@value #PLACEHOLDER} in its place.
 * Stateless.
 */
final class QuotedPrefix {
    static final String PLACEHOLDER = "\"PREFIX\"";

    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

    private QuotedPrefix() {}

    static String quote(String prefix) {
        return '"' + prefix + '"';
    }

    /** What is in quotes right behind {@code group}, with more behind it; may be empty. */
    static Optional<String> of(String name, String group) {
        if (!name.startsWith(group)) {
            return Optional.empty();
        }
        Matcher quoted = QUOTED.matcher(name).region(group.length(), name.length());
        return quoted.lookingAt() && name.startsWith(".", quoted.end())
                ? Optional.of(quoted.group(1))
                : Optional.empty();
    }

    /** The name as the catalogue would have it; itself where it has no quotes. */
    static String generalise(String name) {
        return QUOTED.matcher(name).replaceFirst(Matcher.quoteReplacement(PLACEHOLDER));
    }

    /** A name of the catalogue for the prefix that {@code given} has, if it has one. */
    static String specialise(String known, String given) {
        Matcher quoted = QUOTED.matcher(given);
        return quoted.find() ? known.replace(PLACEHOLDER, quoted.group()) : known;
    }
}
