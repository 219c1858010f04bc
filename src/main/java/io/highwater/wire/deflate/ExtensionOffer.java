package io.highwater.wire.deflate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One element of a Sec-WebSocket-Extensions header: a name and its parameters as they came (RFC
 * 6455 section 9.1). Immutable.
 */
record ExtensionOffer(String name, List<Parameter> parameters) {
    /**
     * @param value null where there is none; quotes are taken off
     */
    record Parameter(String name, @Nullable String value) {}

    ExtensionOffer {
        parameters = List.copyOf(parameters);
    }

    /**
     * The offers of all header lines, in their order. One that the grammar does not allow is left
     * out, and the others are read on: who offers nonsense gets no extension for it.
     */
    static List<ExtensionOffer> parseAll(List<String> headerValues) {
        List<ExtensionOffer> offers = new ArrayList<>();
        for (String value : headerValues) {
            for (String element : split(value, ',')) {
                ExtensionOffer offer = parse(element);
                if (offer != null) {
                    offers.add(offer);
                }
            }
        }
        return offers;
    }

    private static @Nullable ExtensionOffer parse(String element) {
        List<String> parts = split(element, ';');
        String name = parts.get(0).strip();
        if (!isToken(name)) {
            return null;
        }
        List<Parameter> parameters = new ArrayList<>(parts.size());
        for (String part : parts.subList(1, parts.size())) {
            Parameter parameter = parseParameter(part);
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
            value = value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1");
        }
        return isToken(value) ? new Parameter(name, value) : null;
    }

    /** At each separator that does not stand in quotes. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    /** RFC 9110 section 5.6.2. */
    private static boolean isToken(String text) {
        return !text.isEmpty()
                && text.chars()
                        .allMatch(c -> c > ' ' && c < 0x7F && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0);
    }
}
