package io.highwater.protocol;

/**
 * Scans JSON text without building values: finds where values begin and end, and checks them
 * against RFC 8259 and the protocol's limits. Confined to its caller.
 *
 * <p>It is stricter than the grammar in one point: it refuses an escaped surrogate without its
 * other half, because {@code data} goes to clients whose parsers refuse it. It accepts a name that
 * appears twice in an object: the grammar allows it, and its meaning is up to the reader.
 */
final class JsonScanner {
    // A scanner of our own, because JSON-P's parser does not say where in the bytes a value ends
    // (its offsets count characters, and what it has buffered), and it accepts lone surrogates and
    // any depth below 1,000. One pass, no allocation; maxDepth bounds the recursion.

    static final int MAX_DEPTH = 64;
    static final int MAX_DIGITS = 100;

    private final byte[] text;
    private final int maxDepth;
    private int at;
    private int depth;

    /**
     * @param text must be valid UTF-8
     */
    JsonScanner(byte[] text) {
        this(text, 0, MAX_DEPTH);
    }

    /**
     * @param at where to begin
     * @param maxDepth how deep the rest may nest; bounds the recursion
     */
    JsonScanner(byte[] text, int at, int maxDepth) {
        this.text = text;
        this.at = at;
        this.maxDepth = maxDepth;
    }

    /** Index of the next byte to read. */
    int at() {
        return at;
    }

    /** Skips white space. Returns the byte after it, which is not consumed, or -1 at the end. */
    int peek() {
        while (at < text.length) {
            byte next = text[at];
            if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
                return next;
            }
            at++;
        }
        return -1;
    }

    /** Skips white space and, if it comes next, {@code wanted}; returns whether it did. */
    boolean skip(char wanted) {
        if (peek() != wanted) {
            return false;
        }
        at++;
        return true;
    }

    void require(char wanted) throws MalformedJson {
        if (!skip(wanted)) {
            throw malformed("not JSON: expected '" + wanted + "'");
        }
    }

    /** Checks that only white space is left. */
    void end() throws MalformedJson {
        if (peek() != -1) {
            throw malformed("not JSON: more after the end");
        }
    }

    /** Enters an object or an array whose opening bracket is already read. */
    void enter() throws MalformedJson {
        if (++depth > maxDepth) {
            at--;
            throw malformed("nested more than " + maxDepth + " deep");
        }
    }

    void leave() {
        depth--;
    }

    /** Reads one value of any kind. */
    void value() throws MalformedJson {
        switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            case -1 -> throw malformed("not JSON: it ends early");
            default -> number();
        }
    }

    private void object() throws MalformedJson {
        at++;
        enter();
        if (!skip('}')) {
            do {
                if (peek() != '"') {
                    throw malformed("not JSON: expected a name");
                }
                string();
                require(':');
                value();
            } while (skip(','));
            require('}');
        }
        leave();
    }

    private void array() throws MalformedJson {
        at++;
        enter();
        if (!skip(']')) {
            do {
                value();
            } while (skip(','));
            require(']');
        }
        leave();
    }

    private void word(String word) throws MalformedJson {
        for (int i = 0; i < word.length(); i++) {
            if (byteAt(at + i) != word.charAt(i)) {
                throw malformed("not JSON: expected " + word);
            }
        }
        at += word.length();
    }

    private void number() throws MalformedJson {
        int start = at;
        if (byteAt(at) == '-') {
            at++;
        }
        int count = byteAt(at) == '0' ? zero() : digits();
        if (byteAt(at) == '.') {
            at++;
            count += digits();
        }
        if (byteAt(at) == 'e' || byteAt(at) == 'E') {
            at++;
            if (byteAt(at) == '+' || byteAt(at) == '-') {
                at++;
            }
            count += digits();
        }
        if (count > MAX_DIGITS) {
            at = start;
            throw malformed("a number of more than " + MAX_DIGITS + " digits");
        }
    }

    private int zero() {
        at++;
        return 1;
    }

    private int digits() throws MalformedJson {
        int start = at;
        while (byteAt(at) >= '0' && byteAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw malformed("not JSON: expected a value");
        }
        return at - start;
    }

    /** Reads a string, whose opening quote comes next. */
    void string() throws MalformedJson {
        at++;
        while (true) {
            int next = byteAt(at);
            if (next == '"') {
                at++;
                return;
            }
            if (next == '\\') {
                escape();
            } else if (next == -1) {
                throw malformed("not JSON: a string without its end");
            } else if (next < ' ') {
                throw malformed("not JSON: a control character in a string");
            } else {
                at++;
            }
        }
    }

    private void escape() throws MalformedJson {
        int start = at;
        switch (byteAt(at + 1)) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at += 2;
            case 'u' -> {
                int unit = codeUnit();
                boolean isWhole = !Character.isSurrogate((char) unit);
                if (Character.isHighSurrogate((char) unit)
                        && byteAt(at) == '\\'
                        && byteAt(at + 1) == 'u') {
                    isWhole = Character.isLowSurrogate((char) codeUnit());
                }
                if (!isWhole) {
                    at = start;
                    throw malformed("half a surrogate pair");
                }
            }
            default -> throw malformed("not JSON: an unknown escape");
        }
    }

    private int codeUnit() throws MalformedJson {
        int unit = 0;
        for (int i = at + 2; i < at + 6; i++) {
            int digit = Character.digit(byteAt(i), 16);
            if (digit < 0) {
                throw malformed("not JSON: an escape needs four hexadecimal digits");
            }
            unit = unit << 4 | digit;
        }
        at += 6;
        return unit;
    }

    /** The byte as a number from 0 to 255, or -1 after the end. */
    private int byteAt(int index) {
        return index < text.length ? text[index] & 0xFF : -1;
    }

    MalformedJson malformed(String problem) {
        return new MalformedJson(problem, at);
    }
}
