package io.highwater.wire.engine;

import java.nio.ByteBuffer;

/**
 * Checks UTF-8 as it arrives (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF),
 * failing at the first byte that can't be right. Stateless: the state between two pieces is an int
 * that the caller keeps.
 *
 * <p>The state packs what may follow: bits 0-7 the lowest, bits 8-15 the highest value of the next
 * continuation byte, bits 16-17 how many are still to come. 0 is "between characters".
 */
final class Utf8Validator {
    /** Between two characters: the state to start from, and the only one a message may end in. */
    static final int START = 0;

    /** What {@link #check} answers for bytes that no valid text contains. */
    static final int MALFORMED = -1;

    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8Validator() {}

    /** Checks the bytes between position and limit without moving them; the state after them. */
    static int check(int state, ByteBuffer text) {
        int at = text.position();
        int end = text.limit();
        while (at < end) {
            if (state == START) {
                at = skipAscii(text, at, end);
                if (at == end) {
                    return START;
                }
                state = lead(text.get(at++) & 0xFF);
                if (state == MALFORMED) {
                    return MALFORMED;
                }
            } else {
                int octet = text.get(at++) & 0xFF;
                if (octet < (state & 0xFF) || octet > (state >> 8 & 0xFF)) {
                    return MALFORMED;
                }
                int left = (state >> 16) - 1;
                state = left == 0 ? START : expect(left, 0x80, 0xBF);
            }
        }
        return state;
    }

    private static int skipAscii(ByteBuffer text, int at, int end) {
        while (at + Long.BYTES <= end && (text.getLong(at) & HIGH_BITS) == 0) {
            at += Long.BYTES;
        }
        while (at < end && text.get(at) >= 0) {
            at++;
        }
        return at;
    }

    /** RFC 3629 section 4, table of well-formed sequences, by their first byte (above 0x7F). */
    private static int lead(int octet) {
        if (octet < 0xC2 || octet > 0xF4) {
            return MALFORMED;
        }
        if (octet <= 0xDF) {
            return expect(1, 0x80, 0xBF);
        }
        if (octet <= 0xEF) {
            return expect(2, octet == 0xE0 ? 0xA0 : 0x80, octet == 0xED ? 0x9F : 0xBF);
        }
        return expect(3, octet == 0xF0 ? 0x90 : 0x80, octet == 0xF4 ? 0x8F : 0xBF);
    }

    private static int expect(int left, int lowest, int highest) {
        return left << 16 | highest << 8 | lowest;
    }
}
