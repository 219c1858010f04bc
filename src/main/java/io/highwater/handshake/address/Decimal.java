package io.highwater.handshake.address;

/**
 * Reads small decimal numbers that a peer or an operator wrote. Stateless. Own code, because the
 * JDK's parsers accept signs, and digits of other scripts.
 */
final class Decimal {
    private Decimal() {}

    /** A number of 1 to 5 ASCII digits that is at most max; -1 if the text is not one. */
    static int parse(String text, int max) {
        if (text.isEmpty() || text.length() > 5) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value <= max ? value : -1;
    }
}
