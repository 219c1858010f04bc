package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.highwater.backbone.redis.StreamItem.Marker;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.backbone.redis.StreamItem.Unreadable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The format of entries in a shard's stream, which {@code publish.lua} writes. Stateless.
 *
 * <p>The id of an entry is {@code generation-shardSequence}. Its fields:
 *
 * <table>
 *   <caption>Fields</caption>
 *   <tr><td>v</td><td>version of the entry, a number; this class writes 1</td></tr>
 *   <tr><td>t</td><td>when it was appended, in ms since 1970, by the clock of Redis</td></tr>
 *   <tr><td>c, n</td><td>channel, and sequence in the channel</td></tr>
 *   <tr><td>i, p</td><td>msgId, and who published it</td></tr>
 *   <tr><td>f</td><td>flags, one letter each: s = secret</td></tr>
 *   <tr><td>k</td><td>key, empty if it has none</td></tr>
 *   <tr><td>d</td><td>data: JSON in UTF-8</td></tr>
 *   <tr><td>m</td><td>only in a marker, which begins a generation: the last entry before it</td></tr>
 * </table>
 *
 * <p>Nodes of the next and of the previous version run beside each other during an upgrade.
 * Therefore a version may add fields and flags, which others ignore, but gives no field another
 * meaning. A change that others could not ignore raises {@link #FORMAT}, and then an older node
 * does not start.
 */
final class StreamFormat {
    /** The format of a shard as a whole. */
    static final int FORMAT = 1;

    private static final byte SECRET = 's';

    private StreamFormat() {}

    static StreamItem read(String id, Map<String, byte[]> fields) {
        StreamId streamId = StreamId.parse(id);
        try {
            byte[] marked = fields.get("m");
            if (marked != null) {
                return new Marker(streamId, StreamId.parse(new String(marked, US_ASCII)));
            }
            return new Stored(
                    streamId,
                    number(fields, "t"),
                    text(fields, "c"),
                    number(fields, "n"),
                    text(fields, "i"),
                    text(fields, "p"),
                    isSecret(bytes(fields, "f")),
                    emptyToNull(text(fields, "k")),
                    bytes(fields, "d"));
        } catch (IllegalArgumentException e) {
            return new Unreadable(streamId, String.valueOf(e.getMessage()));
        }
    }

    /** The flags of a publication, as the script takes them. */
    static String flags(boolean secret) {
        return secret ? "s" : "";
    }

    private static boolean isSecret(byte[] flags) {
        for (byte flag : flags) {
            if (flag == SECRET) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static long number(Map<String, byte[]> fields, String name) {
        try {
            return Long.parseLong(new String(bytes(fields, name), US_ASCII));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the field " + name + " is no number", e);
        }
    }

    private static String text(Map<String, byte[]> fields, String name) {
        return new String(bytes(fields, name), UTF_8);
    }

    private static byte[] bytes(Map<String, byte[]> fields, String name) {
        byte[] value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("there is no field " + name);
        }
        return value;
    }
}
