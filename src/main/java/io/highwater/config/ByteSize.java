package io.highwater.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes as a user writes it: {@code 65536}, {@code 64 KiB}, {@code 10MiB}, {@code 1
 * GiB}. Immutable.
 *
 * @param bytes at least 0
 */
record ByteSize(long bytes) implements Comparable<ByteSize> {
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,18})\\s*(|B|KIB|MIB|GIB)", Pattern.CASE_INSENSITIVE);

    /** Throws IllegalArgumentException for any other form, and for more than a long holds. */
    static ByteSize parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a size");
        }
        long unit =
                switch (matcher.group(2).toUpperCase(Locale.ROOT)) {
                    case "KIB" -> 1L << 10;
                    case "MIB" -> 1L << 20;
                    case "GIB" -> 1L << 30;
                    default -> 1;
                };
        try {
            return new ByteSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), unit));
        } catch (ArithmeticException tooLarge) {
            throw new IllegalArgumentException("not a size", tooLarge);
        }
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }
}
