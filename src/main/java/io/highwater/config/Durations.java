package io.highwater.config;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as a user writes them: ISO-8601 ({@code PT25S}) or a number and a unit of {@code ms},
 * {@code s}, {@code m}, {@code h} or {@code d}; a bare {@code 0} needs no unit.
 */
final class Durations {
    private static final Pattern SHORT =
            Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)", Pattern.CASE_INSENSITIVE);

    private Durations() {}

    /** Throws IllegalArgumentException for another form and for less than zero. */
    static Duration parse(String text) {
        String stripped = text.strip();
        if (stripped.equals("0")) {
            return Duration.ZERO;
        }
        Matcher matcher = SHORT.matcher(stripped);
        if (!matcher.matches()) {
            return parseIso(stripped);
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    private static Duration parseIso(String text) {
        Duration duration;
        try {
            duration = Duration.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("not a duration", e);
        }
        if (duration.isNegative()) {
            throw new IllegalArgumentException("not a duration");
        }
        return duration;
    }
}
