package io.highwater.protocol;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Builds strings from JSON text that {@link JsonScanner} has checked. No state. */
final class JsonStrings {
    private JsonStrings() {}

    /** The string between these indexes, which include the quotes. */
    static String string(byte[] text, int start, int end) {
        boolean escaped = false;
        for (int i = start; i < end; i++) {
            escaped |= text[i] == '\\';
        }
        return escaped
                ? unescaped(text, start + 1, end - 1)
                : new String(text, start + 1, end - start - 2, StandardCharsets.UTF_8);
    }

    /** Each escape is complete and known: the scanner has checked it. */
    private static String unescaped(byte[] text, int start, int end) {
        StringBuilder string = new StringBuilder(end - start);
        int plainFrom = start;
        int at = start;
        while (at < end) {
            if (text[at] != '\\') {
                at++;
                continue;
            }
            if (plainFrom < at) {
                string.append(raw(text, plainFrom, at));
            }
            char escape = (char) text[at + 1];
            at += 2;
            switch (escape) {
                case 'b' -> string.append('\b');
                case 'f' -> string.append('\f');
                case 'n' -> string.append('\n');
                case 'r' -> string.append('\r');
                case 't' -> string.append('\t');
                case 'u' -> {
                    int unit = 0;
                    for (int i = 0; i < 4; i++) {
                        unit = unit << 4 | HexFormat.fromHexDigit(text[at++]);
                    }
                    string.append((char) unit);
                }
                default -> string.append(escape);
            }
            plainFrom = at;
        }
        return string.append(raw(text, plainFrom, end)).toString();
    }

    static String raw(byte[] text, int start, int end) {
        return new String(text, start, end - start, StandardCharsets.UTF_8);
    }
}
