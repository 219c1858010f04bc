package io.highwater.archive.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * <p>The layout is that of RocksDB's db/log_format.h: blocks of 32 KiB of records, each with a
 * CRC-32C, a length and a type; a record does not cross a block, a write may. Damage to the last
 * write in a file looks like a crash. Stateless.
 */
final class LogCheck {
    private static final String ENDING = ".log";
    private static final int BLOCK_BYTES = 32 << 10;
    private static final int HEADER_BYTES = 7;
    private static final int LENGTH_AT = 4;
    private static final int TYPE_AT = 6;

    /** Types of records: a write as a whole, and the beginning of one that has several. */
    private static final int WHOLE = 1;

    private static final int FIRST = 2;

    private static final int CRC_DELTA = 0xa282ead8;
    private static final int CRC_ROTATION = 15;

    private LogCheck() {}

    /**
     * Looks through the logs of a store.
     *
     * @return null; or which one is damaged, and where
     */
    static @Nullable String damage(Path store) throws IOException {
        List<Path> logs;
        try (Stream<Path> files = Files.list(store)) {
            logs =
                    files.filter(file -> file.getFileName().toString().endsWith(ENDING))
                            .sorted()
                            .toList();
        }
        for (Path log : logs) {
            long brokenAt = brokenBeforeItsEnd(log);
            if (brokenAt >= 0) {
                return log + " is broken at byte " + brokenAt + ", and entries follow";
            }
        }
        return null;
    }

    /** Where a record is not whole that another write comes after; -1 if there is none. */
    private static long brokenBeforeItsEnd(Path log) throws IOException {
        byte[] bytes = new byte[BLOCK_BYTES];
        ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long brokenAt = -1;
        long blockAt = 0;
        try (InputStream in = Files.newInputStream(log)) {
            for (int end = in.readNBytes(bytes, 0, BLOCK_BYTES);
                    end > 0;
                    end = in.readNBytes(bytes, 0, BLOCK_BYTES)) {
                int at = 0;
                while (at + HEADER_BYTES <= end) {
                    int length = block.getShort(at + LENGTH_AT) & 0xffff;
                    int next = at + HEADER_BYTES + length;
                    int type = bytes[at + TYPE_AT];
                    boolean whole = next <= end && isWhole(bytes, at, next);
                    if (!whole && brokenAt < 0) {
                        brokenAt = blockAt + at;
                    } else if (whole && brokenAt >= 0 && (type == WHOLE || type == FIRST)) {
                        return brokenAt;
                    }
                    at = next;
                }
                blockAt += end;
            }
        }
        return -1;
    }

    /** Whether the checksum is that of the type and the content. */
    private static boolean isWhole(byte[] block, int at, int next) {
        CRC32C crc = new CRC32C();
        crc.update(block, at + TYPE_AT, next - at - TYPE_AT);
        int stored = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
        int rotated = stored - CRC_DELTA;
        return Integer.rotateLeft(rotated, CRC_ROTATION) == (int) crc.getValue();
    }
}
