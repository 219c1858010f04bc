package io.highwater.time;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as configuration writes them: parses what a user writes, and formats what is shown. */
public final class Durations {
    private static final Pattern SHORT =
            Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)", Pattern.CASE_INSENSITIVE);

    private Durations() {}

    /** A whole number and the largest unit that allows one: 1500ms, 40s, 2h; 0 without a unit. */
    public static String text(Duration duration) {
        if (duration.isZero()) {
            return "0";
        }
        if (duration.getNano() % 1_000_000 != 0) {
            return duration.toString();
        }
        if (duration.getNano() != 0) {
            return duration.toMillis() + "ms";
        }
        long seconds = duration.getSeconds();
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        } else if (seconds % 3_600 == 0) {
            return seconds / 3_600 + "h";
        } else if (seconds % 60 == 0) {
            return seconds / 60 + "m";
        }
        return seconds + "s";
    }

    /**
     * ISO-8601 ({@code PT25S}) or a number and a unit of {@code ms}, {@code s}, {@code m}, {@code
     * h} or {@code d}; a bare {@code 0} needs no unit.
     *
     * @throws IllegalArgumentException for another form and for a negative duration
     */
    public static Duration parse(String text) {
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
