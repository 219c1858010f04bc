package io.highwater.archive.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Entry;
import io.highwater.backbone.PublisherName;
import io.highwater.backbone.ShardPosition;
import io.highwater.protocol.Position;
import java.nio.ByteBuffer;

/**
 * The values of all rows. Each begins with the version of its layout, which is {@link #VERSION}: a
 * later one still reads this. Stateless.
 *
 * <pre>
 * entry      flags u8, shardSequence u64, wallMillis u64, [previous: 3 u64],
 *            publisher, msgId, [key], data
 * message    position, origin
 * top        shard u16, segment u32, position
 * watermark  generation u64, sequence u64
 * segment    its start in ms since 1970 u64
 * oldest     segment u32
 *
 * position   generation u64, shardSequence u64, channelSequence u64
 * </pre>
 *
 * A text of an entry has its length before it as u16; data and a message's origin reach to the end.
 */
final class Rows {
    static final byte VERSION = 1;

    private static final int KEY = 1;
    private static final int PREVIOUS = 2;
    private static final int SECRET = 4;
    private static final int LATE = 8;

    private static final int POSITION_BYTES = 3 * Long.BYTES;
    private static final byte[] NONE = {};

    /**
     * A channel's last position in an origin.
     *
     * @param shard the shard that it was written by
     * @param segment where its entry lies: the top may be dropped after this segment
     */
    record Top(int shard, int segment, Position position) {}

    private Rows() {}

    static byte[] entry(ArchivedEntry archived) {
        Entry entry = archived.entry();
        byte[] publisher = archived.publisher().getBytes(UTF_8);
        byte[] msgId = entry.msgId().getBytes(UTF_8);
        String keyText = entry.key();
        byte[] key = keyText == null ? NONE : keyText.getBytes(UTF_8);
        Position previous = entry.previous();
        int flags =
                (keyText == null ? 0 : KEY)
                        | (previous == null ? 0 : PREVIOUS)
                        | (entry.secret() ? SECRET : 0)
                        | (entry.late() ? LATE : 0);
        ByteBuffer row =
                ByteBuffer.allocate(
                        2
                                + 2 * Long.BYTES
                                + (previous == null ? 0 : POSITION_BYTES)
                                + lengthOf(publisher)
                                + lengthOf(msgId)
                                + (keyText == null ? 0 : lengthOf(key))
                                + entry.data().length);
        row.put(VERSION).put((byte) flags);
        row.putLong(entry.position().shardSequence()).putLong(archived.wallMillis());
        if (previous != null) {
            put(row, previous);
        }
        put(row, publisher);
        put(row, msgId);
        if (keyText != null) {
            put(row, key);
        }
        return row.put(entry.data()).array();
    }

    static ArchivedEntry entry(String channel, EntryKeys keys, byte[] key, byte[] value) {
        ByteBuffer row = opened(value);
        int flags = row.get();
        long shardSequence = row.getLong();
        long wallMillis = row.getLong();
        Position previous = (flags & PREVIOUS) == 0 ? null : position(row, keys.origin());
        String publisher = text(row);
        String msgId = text(row);
        String keyText = (flags & KEY) == 0 ? null : text(row);
        byte[] data = new byte[row.remaining()];
        row.get(data);
        Position position =
                new Position(
                        keys.origin(),
                        keys.generation(key),
                        shardSequence,
                        keys.channelSequence(key));
        return new ArchivedEntry(
                new Entry(
                        channel,
                        position,
                        previous,
                        msgId,
                        keyText,
                        (flags & SECRET) != 0,
                        data,
                        0,
                        (flags & LATE) != 0,
                        PublisherName.ifSubject(publisher)),
                publisher,
                wallMillis);
    }

    /** When an entry was accepted, of its row. */
    static long wallMillis(byte[] entry) {
        return opened(entry).getLong(2 + Long.BYTES);
    }

    static long shardSequence(byte[] entry) {
        return opened(entry).getLong(2);
    }

    static byte[] message(Position position) {
        byte[] origin = position.origin().getBytes(UTF_8);
        ByteBuffer row = ByteBuffer.allocate(1 + POSITION_BYTES + origin.length).put(VERSION);
        put(row, position);
        return row.put(origin).array();
    }

    static Position message(byte[] value) {
        ByteBuffer row = opened(value);
        int origin = 1 + POSITION_BYTES;
        return position(row, new String(value, origin, value.length - origin, UTF_8));
    }

    static byte[] top(Top top) {
        ByteBuffer row =
                ByteBuffer.allocate(1 + Short.BYTES + Integer.BYTES + POSITION_BYTES)
                        .put(VERSION)
                        .putShort((short) top.shard)
                        .putInt(top.segment);
        put(row, top.position);
        return row.array();
    }

    static Top top(String origin, byte[] value) {
        ByteBuffer row = opened(value);
        return new Top(row.getShort() & 0xffff, row.getInt(), position(row, origin));
    }

    static byte[] watermark(ShardPosition position) {
        return ByteBuffer.allocate(1 + 2 * Long.BYTES)
                .put(VERSION)
                .putLong(position.generation())
                .putLong(position.sequence())
                .array();
    }

    static ShardPosition watermark(String origin, byte[] value) {
        ByteBuffer row = opened(value);
        return new ShardPosition(origin, row.getLong(), row.getLong());
    }

    static byte[] segment(long startMillis) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(VERSION).putLong(startMillis).array();
    }

    static long startMillis(byte[] value) {
        return opened(value).getLong();
    }

    static byte[] oldest(int segment) {
        return ByteBuffer.allocate(1 + Integer.BYTES).put(VERSION).putInt(segment).array();
    }

    static int oldest(byte[] value) {
        return opened(value).getInt();
    }

    private static ByteBuffer opened(byte[] value) {
        ByteBuffer row = ByteBuffer.wrap(value);
        byte version = row.get();
        if (version != VERSION) {
            throw new IllegalStateException(
                    "a row of the archive has version " + version + "; this Highwater reads 1");
        }
        return row;
    }

    private static void put(ByteBuffer row, Position position) {
        row.putLong(position.generation())
                .putLong(position.shardSequence())
                .putLong(position.channelSequence());
    }

    private static Position position(ByteBuffer row, String origin) {
        return new Position(origin, row.getLong(), row.getLong(), row.getLong());
    }

    private static int lengthOf(byte[] text) {
        return Short.BYTES + text.length;
    }

    private static void put(ByteBuffer row, byte[] text) {
        if (text.length > 0xffff) {
            throw new IllegalArgumentException("a text has at most 65,535 bytes");
        }
        row.putShort((short) text.length).put(text);
    }

    private static String text(ByteBuffer row) {
        byte[] text = new byte[row.getShort() & 0xffff];
        row.get(text);
        return new String(text, UTF_8);
    }
}
