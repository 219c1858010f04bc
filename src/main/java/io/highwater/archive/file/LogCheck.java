package io.highwater.archive.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Tells a log that a crash has cut off from one that is damaged. RocksDB reads a log up to the
 * first record that is not whole, and takes that for its end. After a crash it is the end: what was
 * being written was not acknowledged. But a write begins only when the one before was synced. So if
 * another write begins behind a record that is not whole, entries are missing that were
 * acknowledged, and the archive must not start as if there had been none.
 *
 * <p>The other write may be in the next log, of which RocksDB then reads nothing. There is one
 * harmless case: a log that a crash has cut off, that was recovered since, and is still there. Then
 * the next log goes on with the sequence number at which this one breaks off, and RocksDB reads it.
 *
 * <p>The layout is that of RocksDB's db/log_format.h: blocks of 32 KiB of records, each with a
 * CRC-32C, a length and a type; a record does not cross a block, a write may. A write begins with
 * its sequence number and how many it takes. Damage to the last write of all looks like a crash.
 * Stateless.
 */
final class LogCheck {
    private static final String ENDING = ".log";
    private static final int BLOCK_BYTES = 32 << 10;
    private static final int HEADER_BYTES = 7;
    private static final int LENGTH_AT = 4;
    private static final int TYPE_AT = 6;

    /** Types of records: a write as a whole, and the beginning and end of one that has several. */
    private static final int WHOLE = 1;

    private static final int FIRST = 2;
    private static final int LAST = 4;

    private static final int CRC_DELTA = 0xa282ead8;
    private static final int CRC_ROTATION = 15;

    private static final long NONE = -1;

    private LogCheck() {}

    /**
     * Looks through the logs of a store.
     *
     * @return null; or which one is damaged, and where
     */
    static @Nullable String damage(Path store) throws IOException {
        Path broken = null;
        long brokenAt = NONE;
        long next = NONE;
        for (Path file : logs(store)) {
            Log log = new Log();
            log.read(file);
            if (log.goesOn) {
                return brokenAt(file, log.brokenAt) + ", and entries follow";
            }
            if (broken != null && log.firstSequence != NONE) {
                if (log.firstSequence != next) {
                    return brokenAt(broken, brokenAt) + ", and entries follow in " + file;
                }
                broken = null;
            }
            if (log.nextSequence != NONE) {
                next = log.nextSequence;
            }
            if (log.brokenAt != NONE) {
                broken = file;
                brokenAt = log.brokenAt;
            }
        }
        return null;
    }

    /** In their order: their names are numbers. */
    private static List<Path> logs(Path store) throws IOException {
        try (Stream<Path> files = Files.list(store)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ENDING))
                    .sorted(
                            Comparator.comparing((Path file) -> file.toString().length())
                                    .thenComparing(Comparator.naturalOrder()))
                    .toList();
        }
    }

    private static String brokenAt(Path log, long at) {
        return log + " is broken at byte " + at;
    }

    /** What one log says. Confined to its caller. */
    private static final class Log {
        /** Where a record is not whole. */
        long brokenAt = NONE;

        /** Whether another write begins behind that. */
        boolean goesOn;

        /** Of its first write, if that is whole. */
        long firstSequence = NONE;

        /** What follows the last write that is whole. */
        long nextSequence = NONE;

        /** The first bytes of the write that is being read: its sequence number and count. */
        private final ByteBuffer head =
                ByteBuffer.allocate(Long.BYTES + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);

        void read(Path file) throws IOException {
            byte[] block = new byte[BLOCK_BYTES];
            long blockAt = 0;
            try (InputStream in = Files.newInputStream(file)) {
                int end = in.readNBytes(block, 0, BLOCK_BYTES);
                while (end > 0 && !goesOn) {
                    read(ByteBuffer.wrap(block, 0, end).order(ByteOrder.LITTLE_ENDIAN), blockAt);
                    blockAt += end;
                    end = in.readNBytes(block, 0, BLOCK_BYTES);
                }
            }
        }

        private void read(ByteBuffer block, long blockAt) {
            int at = 0;
            while (at + HEADER_BYTES <= block.limit()) {
                int length = block.getShort(at + LENGTH_AT) & 0xffff;
                int next = at + HEADER_BYTES + length;
                int type = block.get(at + TYPE_AT);
                boolean whole = next <= block.limit() && isWhole(block, at, next);
                if (whole && brokenAt == NONE) {
                    add(type, block.slice(at + HEADER_BYTES, length));
                } else if (whole && (type == WHOLE || type == FIRST)) {
                    goesOn = true;
                } else if (brokenAt == NONE) {
                    brokenAt = blockAt + at;
                }
                at = next;
            }
        }

        private void add(int type, ByteBuffer content) {
            if (type == WHOLE || type == FIRST) {
                head.clear();
            }
            while (head.hasRemaining() && content.hasRemaining()) {
                head.put(content.get());
            }
            if ((type == WHOLE || type == LAST) && !head.hasRemaining()) {
                long sequence = head.getLong(0);
                if (firstSequence == NONE) {
                    firstSequence = sequence;
                }
                nextSequence = sequence + Integer.toUnsignedLong(head.getInt(Long.BYTES));
            }
        }
    }

    /** Whether the checksum is that of the type and the content. */
    private static boolean isWhole(ByteBuffer block, int at, int next) {
        CRC32C crc = new CRC32C();
        crc.update(block.slice(at + TYPE_AT, next - at - TYPE_AT));
        int rotated = block.getInt(at) - CRC_DELTA;
        return Integer.rotateLeft(rotated, CRC_ROTATION) == (int) crc.getValue();
    }
}
