package io.highwater.backbone;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What the log calls a publisher ({@link Draft#publisher}). Verified subjects have names that no
 * client can give itself, so that nobody's messages count as repeats of somebody else's. No state.
 *
 * <pre>
 * NAME      a client without a subject, by the name of its hello: A-Z a-z 0-9 . _ -
 * @SUBJECT  a client with a verified subject
 * #HASH     the same if the subject is longer than 1,000 characters, or no text: 32 bytes in hex
 * app:NAME  the application itself
 * </pre>
 */
public final class PublisherName {
    private static final char SUBJECT = '@';
    private static final char HASH = '#';

    /** Longer ones would be kept with every message. */
    private static final int MOST_CHARS = 1_000;

    private PublisherName() {}

    /**
     * @param subject not empty
     */
    public static String ofSubject(String subject) {
        return subject.length() <= MOST_CHARS && isText(subject)
                ? SUBJECT + subject
                : HASH + hash(subject);
    }

    /** Whether a name is that of a subject which it contains. */
    public static boolean hasSubject(String name) {
        return !name.isEmpty() && name.charAt(0) == SUBJECT;
    }

    /** The name if it is that of a subject which it contains; otherwise null. */
    public static @Nullable String ifSubject(String name) {
        return hasSubject(name) ? name : null;
    }

    /** The subject of a publisher; null if it has none, or one that is not in its name. */
    public static @Nullable String subject(String name) {
        return hasSubject(name) ? name.substring(1) : null;
    }

    /** UTF-8 has no halves of surrogate pairs: there, all such subjects would be the same. */
    private static boolean isText(String subject) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(subject);
    }

    private static String hash(String subject) {
        byte[] bytes = new byte[Character.BYTES * subject.length()];
        for (int i = 0; i < subject.length(); i++) {
            bytes[2 * i] = (byte) (subject.charAt(i) >> Byte.SIZE);
            bytes[2 * i + 1] = (byte) subject.charAt(i);
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
