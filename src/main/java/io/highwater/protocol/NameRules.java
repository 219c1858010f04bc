package io.highwater.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The rules of {@link Names} for publications that come from no client, and so through no {@link
 * Codec}. Each method returns what is wrong, beginning with the name of the field, or null. They
 * loop instead of matching patterns, which would take a tenth of the time of a publish. No state.
 */
public final class NameRules {
    private static final int MAX_CHANNEL = 200;
    private static final int MAX_ID = 64;

    /** The data of a publish is one level deep in its command. */
    private static final int DATA_DEPTH = JsonScanner.MAX_DEPTH - 1;

    private NameRules() {}

    public static @Nullable String channel(String name) {
        return isOf(name, MAX_CHANNEL, "._:/-") ? null : "channel: " + Names.CHANNEL_FORM;
    }

    public static @Nullable String msgId(String id) {
        return isOf(id, MAX_ID, "_-") ? null : "msgId: " + Names.MSG_ID_FORM;
    }

    public static @Nullable String key(String key) {
        return key.isEmpty() || key.length() > Names.MAX_KEY ? "key: " + Names.KEY_FORM : null;
    }

    /** The name of a client, or of another that publishes. */
    public static @Nullable String publisher(String name) {
        return isOf(name, MAX_ID, "._-") ? null : "publisher: " + Names.CLIENT_FORM;
    }

    /**
     * @param json must be valid UTF-8
     */
    public static @Nullable String data(byte[] json) {
        try {
            JsonScanner scanner = new JsonScanner(json, 0, DATA_DEPTH);
            scanner.value();
            scanner.end();
            return null;
        } catch (MalformedJson e) {
            return "data: " + e.getMessage();
        }
    }

    private static boolean isOf(String text, int most, String others) {
        if (text.isEmpty() || text.length() > most) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && others.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
