package io.highwater.archive.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** How texts are stored that may have any character, and how messages are found. Stateless. */
final class Texts {
    private Texts() {}

    /** PostgreSQL has no character NUL: it is stored as \0, and a backslash as two. */
    static String stored(String text) {
        return text.indexOf('\0') < 0 && text.indexOf('\\') < 0
                ? text
                : text.replace("\\", "\\\\").replace("\0", "\\0");
    }

    static @Nullable String storedOrNull(@Nullable String text) {
        return text == null ? null : stored(text);
    }

    /** The text that was stored. */
    static String read(String stored) {
        int at = stored.indexOf('\\');
        if (at < 0) {
            return stored;
        }
        StringBuilder text = new StringBuilder(stored.length());
        int from = 0;
        while (at >= 0 && at + 1 < stored.length()) {
            text.append(stored, from, at).append(stored.charAt(at + 1) == '0' ? '\0' : '\\');
            from = at + 2;
            at = stored.indexOf('\\', from);
        }
        return text.append(stored, from, stored.length()).toString();
    }

    /** By what a message is looked for; equal numbers of different messages cost time only. */
    static long message(String channel, String publisher, String msgId) {
        MessageDigest digest = sha256();
        for (String text : new String[] {channel, publisher, msgId}) {
            byte[] bytes = text.getBytes(UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            digest.update(bytes);
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
