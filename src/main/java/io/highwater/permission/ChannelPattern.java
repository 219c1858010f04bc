package io.highwater.permission;

import java.util.regex.Pattern;

/**
 * The language of the claim {@code channels}: a pattern is a channel's name, or the beginning of
 * names followed by {@code *}. So {@code *} alone is all channels. No state.
 */
final class ChannelPattern {
    private static final int MOST_CHARS = 200;

    private static final Pattern FORM =
            Pattern.compile("[A-Za-z0-9._:/-]{1," + MOST_CHARS + "}|[A-Za-z0-9._:/-]{0,199}\\*");

    private ChannelPattern() {}

    static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }

    /** Allocates nothing. */
    static boolean covers(String pattern, String channel) {
        int last = pattern.length() - 1;
        return pattern.charAt(last) == '*'
                ? channel.regionMatches(0, pattern, 0, last)
                : channel.equals(pattern);
    }
}
