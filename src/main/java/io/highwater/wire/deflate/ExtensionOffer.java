package io.highwater.wire.deflate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One element of a Sec-WebSocket-Extensions header: a name and its parameters as they came (RFC
 * 6455 section 9.1). Immutable.
 */
record ExtensionOffer(String name, List<Parameter> parameters) {
    /** A browser makes one offer; a client with a second choice makes two. */
    static final int MAX = 16;

    /**
     * @param value null where there is none; quotes are taken off
     */
    record Parameter(String name, @Nullable String value) {}

    ExtensionOffer {
        parameters = List.copyOf(parameters);
    }

    /**
     * Finds the first offer that {@code usable} makes something of, in the order of the header
     * lines; what stands behind it is not read. An offer that the grammar does not allow is left
     * out, and reading goes on: a client that offers nonsense gets no extension for it.
     *
     * @return what was made of it; null where there is none among the first {@value #MAX}
     */
    static <T> @Nullable T first(
            List<? extends CharSequence> headerValues,
            Function<ExtensionOffer, @Nullable T> usable) {
        int read = 0;
        for (CharSequence value : headerValues) {
            int from = 0;
            while (from <= value.length() && read < MAX) {
                int end = end(value, from, value.length(), ',');
                ExtensionOffer offer = parse(value, from, end);
                T made = offer == null ? null : usable.apply(offer);
                if (made != null) {
                    return made;
                }
                from = end + 1;
                read++;
            }
        }
        return null;
    }

    private static @Nullable ExtensionOffer parse(CharSequence text, int from, int end) {
        int partEnd = end(text, from, end, ';');
        String name = text.subSequence(from, partEnd).toString().strip();
        if (!isToken(name)) {
            return null;
        }
        List<Parameter> parameters = new ArrayList<>(4);
        while (partEnd < end) {
            int partFrom = partEnd + 1;
            partEnd = end(text, partFrom, end, ';');
            Parameter parameter = parseParameter(text.subSequence(partFrom, partEnd).toString());
            if (parameter == null) {
                return null;
            }
            parameters.add(parameter);
        }
        return new ExtensionOffer(name, parameters);
    }

    private static @Nullable Parameter parseParameter(String part) {
        int equals = part.indexOf('=');
        String name = (equals < 0 ? part : part.substring(0, equals)).strip();
        if (!isToken(name)) {
            return null;
        }
        if (equals < 0) {
            return new Parameter(name, null);
        }
        String value = part.substring(equals + 1).strip();
        if (value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")) {
            // Unescaped, a quoted value must still be a token (RFC 6455 section 9.1).
            value = unescaped(value.substring(1, value.length() - 1));
        }
        return isToken(value) ? new Parameter(name, value) : null;
    }

    private static String unescaped(String quoted) {
        StringBuilder value = new StringBuilder(quoted.length());
        for (int i = 0; i < quoted.length(); i++) {
            if (quoted.charAt(i) == '\\' && i + 1 < quoted.length()) {
                i++;
            }
            value.append(quoted.charAt(i));
        }
        return value.toString();
    }

    /** Where the next separator stands that is not in quotes; else {@code end}. */
    private static int end(CharSequence text, int from, int end, char separator) {
        boolean quoted = false;
        for (int i = from; i < end; i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == separator && !quoted) {
                return i;
            }
        }
        return end;
    }

    /** RFC 9110 section 5.6.2. */
    private static boolean isToken(String text) {
        return !text.isEmpty()
                && text.chars()
                        .allMatch(c -> c > ' ' && c < 0x7F && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0);
    }
}
