package io.highwater.publish.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A key of the HTTP API, as a line of the file of keys describes it:
 *
 * <pre>{@code
 * NAME SHA-256-OF-THE-KEY publish=orders.*,room.42 history=* presence=* sessions
 * }</pre>
 *
 * Only the hash is known here. A fast hash is right for a key of 256 random bits: nobody can try
 * them all, however fast that is; a slow hash protects what people can think of, and would cost
 * each request. Immutable as long as no code writes into {@code hash}.
 *
 * @param name who uses the key; the identity of its publisher, so two keys never repeat each other
 * @param hash SHA-256 of the key's text
 * @param channels patterns of channel names for each right: a name, or the beginning of one and *
 * @param sessions whether it may end sessions
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared by the record.
public record ApiKey(
        String name, byte[] hash, Map<Right, List<String>> channels, boolean sessions) {
    /** What a key may be allowed to do in channels. */
    public enum Right {
        PUBLISH,
        HISTORY,
        PRESENCE;

        final String word = name().toLowerCase(Locale.ROOT);
    }

    private static final String SESSIONS = "sessions";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,59}");
    private static final Pattern HASH = Pattern.compile("[0-9A-Fa-f]{64}");
    private static final Pattern CHANNELS = Pattern.compile("[A-Za-z0-9._:/-]{0,200}\\*?");

    public ApiKey {
        channels = Map.copyOf(channels);
    }

    /**
     * Reads the lines of a file of keys. Empty lines and those that begin with # do not count.
     *
     * @throws IllegalArgumentException names the line and what is wrong, and shows no hash
     */
    public static List<ApiKey> read(List<String> lines) {
        List<ApiKey> keys = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                ApiKey key = parse(line);
                if (!names.add(key.name)) {
                    throw new IllegalArgumentException("\"" + key.name + "\" is there twice");
                }
                keys.add(key);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return List.copyOf(keys);
    }

    private static ApiKey parse(String line) {
        List<String> words = Arrays.asList(line.split("\\s+"));
        if (words.size() < 2 || !HASH.matcher(words.get(1)).matches()) {
            throw new IllegalArgumentException(
                    "must begin with a name and the SHA-256 of the key, 64 hexadecimal digits");
        }
        if (!NAME.matcher(words.get(0)).matches()) {
            throw new IllegalArgumentException("the name must be 1 to 59 of A-Z a-z 0-9 . _ -");
        }
        Map<Right, List<String>> channels = new EnumMap<>(Right.class);
        boolean sessions = false;
        for (String word : words.subList(2, words.size())) {
            if (word.equals(SESSIONS)) {
                sessions = true;
            } else {
                grant(word, channels);
            }
        }
        return new ApiKey(words.get(0), HexFormat.of().parseHex(words.get(1)), channels, sessions);
    }

    private static void grant(String word, Map<Right, List<String>> channels) {
        int equals = word.indexOf('=');
        for (Right right : Right.values()) {
            if (equals > 0 && word.substring(0, equals).equals(right.word)) {
                List<String> patterns = List.of(word.substring(equals + 1).split(",", -1));
                for (String pattern : patterns) {
                    if (pattern.isEmpty() || !CHANNELS.matcher(pattern).matches()) {
                        throw new IllegalArgumentException(
                                "\""
                                        + word
                                        + "\": a pattern is the name of a channel, or the"
                                        + " beginning of one and *");
                    }
                }
                if (channels.put(right, patterns) != null) {
                    throw new IllegalArgumentException("\"" + right.word + "\" is there twice");
                }
                return;
            }
        }
        throw new IllegalArgumentException(
                "\""
                        + word
                        + "\" is none of publish=CHANNELS, history=CHANNELS, presence=CHANNELS and"
                        + " sessions");
    }

    boolean may(Right right, String channel) {
        for (String pattern : channels.getOrDefault(right, List.of())) {
            boolean matches =
                    pattern.endsWith("*")
                            ? channel.startsWith(pattern.substring(0, pattern.length() - 1))
                            : channel.equals(pattern);
            if (matches) {
                return true;
            }
        }
        return false;
    }

    /** Without the hash. */
    @Override
    public String toString() {
        return name;
    }
}
