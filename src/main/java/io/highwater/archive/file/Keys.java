package io.highwater.archive.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The keys of all rows; the package says how they are laid out. Stateless. */
final class Keys {
    static final byte ENTRY = 1;
    static final byte MESSAGE = 2;
    static final byte TOP = 3;
    static final byte META = 4;

    /** Kind and segment, which all keys begin with: no file holds rows of two segments. */
    static final int SEGMENT_BYTES = 1 + Integer.BYTES;

    /** What filters are made of: of an entry's key the kind, the segment and the hash. */
    static final int PREFIX_BYTES = SEGMENT_BYTES + Integer.BYTES;

    private static final byte WATERMARK = 'w';
    private static final byte SEGMENT = 's';
    private static final byte OLDEST = 'o';
    private static final int DIGEST_BYTES = 16;
    private static final int META_BYTES = SEGMENT_BYTES + 1;
    private static final int TOP_CHANNEL_AT = PREFIX_BYTES;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private Keys() {}

    /** The channel and the origin, each with its length before it. */
    static byte[] names(String channel, String origin) {
        byte[] channelBytes = channel.getBytes(UTF_8);
        byte[] originBytes = origin.getBytes(UTF_8);
        ByteBuffer names = ByteBuffer.allocate(channelBytes.length + originBytes.length + 4);
        put(names, channelBytes);
        put(names, originBytes);
        return names.array();
    }

    private static void put(ByteBuffer to, byte[] text) {
        if (text.length > 0xffff) {
            throw new IllegalArgumentException("a name has at most 65,535 bytes");
        }
        to.putShort((short) text.length).put(text);
    }

    /** FNV-1a, folded to 32 bits. It spreads names; equal hashes cost time and nothing else. */
    static int hash(byte[] names) {
        long hash = FNV_OFFSET;
        for (byte b : names) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return (int) (hash ^ (hash >>> 32));
    }

    /** Where the rows of a segment begin, and those of the segment before it end. */
    static byte[] segmentStart(byte kind, int segment) {
        return begin(SEGMENT_BYTES, kind, segment).array();
    }

    private static ByteBuffer begin(int length, byte kind, int segment) {
        return ByteBuffer.allocate(length).put(kind).putInt(segment);
    }

    /** The beginning of all tops of a channel, whatever their origin. */
    static byte[] topPrefix(String channel) {
        byte[] name = channel.getBytes(UTF_8);
        return begin(TOP_CHANNEL_AT + Short.BYTES + name.length, TOP, 0)
                .putInt(hash(name))
                .putShort((short) name.length)
                .put(name)
                .array();
    }

    static byte[] top(String channel, String origin) {
        byte[] prefix = topPrefix(channel);
        byte[] name = origin.getBytes(UTF_8);
        return ByteBuffer.allocate(prefix.length + name.length).put(prefix).put(name).array();
    }

    /** The origin in the key of a top. */
    static String originOfTop(byte[] key) {
        int length = ByteBuffer.wrap(key).getShort(TOP_CHANNEL_AT) & 0xffff;
        int origin = TOP_CHANNEL_AT + Short.BYTES + length;
        return new String(key, origin, key.length - origin, UTF_8);
    }

    static byte[] watermark(String origin, int shard) {
        byte[] name = origin.getBytes(UTF_8);
        return begin(META_BYTES + Short.BYTES + name.length, META, 0)
                .put(WATERMARK)
                .putShort((short) shard)
                .put(name)
                .array();
    }

    /** The beginning of all watermarks. */
    static byte[] watermarks() {
        return begin(META_BYTES, META, 0).put(WATERMARK).array();
    }

    static int shardOfWatermark(byte[] key) {
        return ByteBuffer.wrap(key).getShort(META_BYTES) & 0xffff;
    }

    static String originOfWatermark(byte[] key) {
        int origin = META_BYTES + Short.BYTES;
        return new String(key, origin, key.length - origin, UTF_8);
    }

    /** When a segment of rows of a kind began. */
    static byte[] segment(byte kind, int number) {
        return begin(META_BYTES + 1 + Integer.BYTES, META, 0)
                .put(SEGMENT)
                .put(kind)
                .putInt(number)
                .array();
    }

    /** The beginning of all {@link #segment} of a kind. */
    static byte[] segments(byte kind) {
        return begin(META_BYTES + 1, META, 0).put(SEGMENT).put(kind).array();
    }

    static int numberOfSegment(byte[] key) {
        return ByteBuffer.wrap(key).getInt(META_BYTES + 1);
    }

    static byte[] oldest(byte kind) {
        return begin(META_BYTES + 1, META, 0).put(OLDEST).put(kind).array();
    }

    /** 16 bytes by which a message is found: 128 bits, in which nobody can look for a collision. */
    static byte[] digest(String channel, String publisher, String msgId) {
        MessageDigest digest = sha256();
        for (String text : new String[] {channel, publisher, msgId}) {
            byte[] bytes = text.getBytes(UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            digest.update(bytes);
        }
        return Arrays.copyOf(digest.digest(), DIGEST_BYTES);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    static byte[] message(int segment, byte[] digest) {
        return begin(SEGMENT_BYTES + DIGEST_BYTES, MESSAGE, segment).put(digest).array();
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }
}
