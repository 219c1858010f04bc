package io.highwater.archive.postgres;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * Times as the database stores them: whole milliseconds of the years 1 to 9999, without the last
 * day, which would have to end in the year 10000. Stateless.
 */
final class Times {
    static final long FIRST = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
    private static final long LAST = Instant.parse("9999-12-30T23:59:59.999Z").toEpochMilli();

    static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    private Times() {}

    static long stored(long millis) {
        return Math.max(FIRST, Math.min(LAST, millis));
    }

    /** Entries are before the instant if, and only if, their time is before this one. */
    static long end(Instant instant) {
        if (instant.getEpochSecond() >= LAST / 1_000) {
            return LAST + 1;
        } else if (instant.getEpochSecond() <= FIRST / 1_000) {
            return FIRST;
        }
        long millis = instant.toEpochMilli();
        return Instant.ofEpochMilli(millis).isBefore(instant) ? millis + 1 : millis;
    }

    static LocalDate dayOf(long millis) {
        return Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC).toLocalDate();
    }

    static long startOf(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    }
}
