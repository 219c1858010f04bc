package io.highwater.archive.file;

import io.highwater.protocol.Position;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The keys of the entries of one channel and origin. Immutable. */
final class EntryKeys {
    private static final int SEGMENT_AT = 1;
    private static final int ORDER_BYTES = 2 * Long.BYTES;

    private final String origin;
    private final byte[] prefix;

    EntryKeys(String channel, String origin) {
        this.origin = origin;
        byte[] names = Keys.names(channel, origin);
        prefix =
                ByteBuffer.allocate(Keys.PREFIX_BYTES + names.length)
                        .put(Keys.ENTRY)
                        .putInt(0)
                        .putInt(Keys.hash(names))
                        .put(names)
                        .array();
    }

    String origin() {
        return origin;
    }

    byte[] key(int segment, Position position) {
        return key(segment, position.generation(), position.channelSequence());
    }

    byte[] key(int segment, long generation, long channelSequence) {
        return ByteBuffer.allocate(prefix.length + ORDER_BYTES)
                .put(prefix)
                .putLong(generation)
                .putLong(channelSequence)
                .putInt(SEGMENT_AT, segment)
                .array();
    }

    /** At or before all keys of a segment. */
    byte[] first(int segment) {
        return key(segment, 0, 0);
    }

    /** At or after all keys of a segment. */
    byte[] last(int segment) {
        return key(segment, -1, -1);
    }

    /** Whether a key is that of an entry of this channel and origin, in this segment. */
    boolean has(byte[] key, int segment) {
        return key.length == prefix.length + ORDER_BYTES
                && key[0] == Keys.ENTRY
                && ByteBuffer.wrap(key).getInt(SEGMENT_AT) == segment
                && Arrays.equals(
                        key,
                        SEGMENT_AT + Integer.BYTES,
                        prefix.length,
                        prefix,
                        SEGMENT_AT + Integer.BYTES,
                        prefix.length);
    }

    long generation(byte[] key) {
        return ByteBuffer.wrap(key).getLong(prefix.length);
    }

    long channelSequence(byte[] key) {
        return ByteBuffer.wrap(key).getLong(prefix.length + Long.BYTES);
    }
}
