package io.highwater.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The part of a key that its user chooses, such as {@code prices} in {@code
 * highwater.channels.prices.policy}: keys with the same name belong together. It is one word, or
 * several words separated by dashes. The catalogue has {@value #PLACEHOLDER} in its place.
 * Stateless.
 */
final class ChosenName {
    static final String PLACEHOLDER = "NAME";

    private static final Pattern FORM = Pattern.compile("[a-z0-9]+(?:-[a-z0-9]+)*");

    private ChosenName() {}

    /** The name in {@code given}, if that is the catalogue's {@code key} with a name in it. */
    static Optional<String> in(String given, String key) {
        return between(given, key).filter(name -> FORM.matcher(name).matches());
    }

    /** The name in a variable, such as {@code HIGHWATER_CHANNELS_PRICES_POLICY}, likewise. */
    static Optional<String> inVariable(String given, ConfigKey key) {
        return between(given, key.variable())
                .map(name -> name.toLowerCase(Locale.ROOT).replace('_', '-'))
                .filter(name -> FORM.matcher(name).matches())
                // Must be all capitals, so that no two variables set one key.
                .filter(name -> given.equals(ConfigKey.variable(put(name, key.name()))));
    }

    /** A valid name made of arbitrary text; may be empty. */
    static String like(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    /** The catalogue's key with the name put in; unchanged if it has no place for one. */
    static String put(String name, String key) {
        return key.replace(PLACEHOLDER, name);
    }

    /** The catalogue's key without its placeholder. */
    static String leaveOut(String key) {
        return key.replace(PLACEHOLDER + ".", "");
    }

    private static Optional<String> between(String given, String key) {
        int at = key.indexOf(PLACEHOLDER);
        if (at < 0) {
            return Optional.empty();
        }
        String before = key.substring(0, at);
        String after = key.substring(at + PLACEHOLDER.length());
        return given.length() > before.length() + after.length()
                        && given.startsWith(before)
                        && given.endsWith(after)
                ? Optional.of(given.substring(before.length(), given.length() - after.length()))
                : Optional.empty();
    }
}
