package io.highwater.permission;

import io.highwater.channel.Ephemeral;
import java.nio.charset.StandardCharsets;

/**
 * The channels of single subjects: {@code user:SUBJECT}, those whose names begin with {@code
 * user:SUBJECT:}, and the same behind {@code ephemeral:}. No state.
 *
 * <p>In SUBJECT, A-Z a-z 0-9 . _ - stand for themselves. Any other byte of the subject's UTF-8 is
 * {@code /} and two hexadecimal digits in upper case: {@code ada@example.com} has {@code
 * user:ada/40example.com}. No name belongs to two subjects, and a name that is written in another
 * way, in lower case perhaps, belongs to nobody.
 */
public final class UserChannels {
    static final String PREFIX = "user:";

    private static final char END = ':';
    private static final char ESCAPE = '/';
    private static final String HEX = "0123456789ABCDEF";

    private UserChannels() {}

    /** The name of a subject's own channel; longer than names may be if the subject is long. */
    public static String of(String subject) {
        StringBuilder name = new StringBuilder(PREFIX);
        for (byte octet : subject.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (octet & 0xFF);
            if (isPlain(character)) {
                name.append(character);
            } else {
                name.append(ESCAPE)
                        .append(HEX.charAt(character >> 4))
                        .append(HEX.charAt(character & 0xF));
            }
        }
        return name.toString();
    }

    /** Whether a channel can be used by one subject at most. Allocates nothing. */
    static boolean isOne(String channel) {
        return channel.startsWith(PREFIX, start(channel));
    }

    /**
     * Whether a channel of this kind is the subject's. Allocates nothing if the subject is ASCII.
     *
     * @param subject empty for an anonymous client, which owns nothing
     */
    static boolean belongsTo(String channel, String subject) {
        if (subject.isEmpty() || !isText(subject)) {
            return false;
        }
        int at = start(channel) + PREFIX.length();
        for (int i = 0; i < subject.length(); i++) {
            char character = subject.charAt(i);
            if (character >= 0x80) {
                String rest = of(subject.substring(i)).substring(PREFIX.length());
                return channel.startsWith(rest, at) && ends(channel, at + rest.length());
            }
            if (isPlain(character)) {
                if (at >= channel.length() || channel.charAt(at++) != character) {
                    return false;
                }
            } else {
                if (at + 3 > channel.length()
                        || channel.charAt(at) != ESCAPE
                        || channel.charAt(at + 1) != HEX.charAt(character >> 4)
                        || channel.charAt(at + 2) != HEX.charAt(character & 0xF)) {
                    return false;
                }
                at += 3;
            }
        }
        return ends(channel, at);
    }

    private static int start(String channel) {
        return Ephemeral.isEphemeral(channel) ? Ephemeral.PREFIX.length() : 0;
    }

    private static boolean ends(String channel, int at) {
        return at == channel.length() || channel.charAt(at) == END;
    }

    /** False for half a surrogate pair, which UTF-8 can't say: all such subjects would be one. */
    private static boolean isText(String subject) {
        for (int i = 0; i < subject.length(); i++) {
            char character = subject.charAt(i);
            if (Character.isHighSurrogate(character)
                    && i + 1 < subject.length()
                    && Character.isLowSurrogate(subject.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(character)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(char character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || character == '.'
                || character == '_'
                || character == '-';
    }
}
