package io.highwater.bench.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * As much of RFC 7541 as the load client needs: literals without indexing and without Huffman out,
 * the status of an answer in. Stateless: the client offers a dynamic table of no bytes.
 */
final class Hpack {
    // RFC 7541 appendix A.
    private static final int AUTHORITY = 1;
    private static final int METHOD = 2;
    private static final int PATH = 4;
    private static final int SCHEME = 6;
    private static final int STATUS_FIRST = 8;
    private static final int[] STATUSES = {200, 204, 206, 304, 400, 404, 500};

    private static final int INDEXED = 0x80;
    private static final int INCREMENTAL = 0x40;
    private static final int SIZE_UPDATE = 0x20;
    private static final int HUFFMAN = 0x80;

    private Hpack() {}

    /** The header block of an Extended CONNECT: RFC 8441 section 4. */
    static byte[] connect(Opening opening, String scheme, String authority) {
        ByteBuffer out = ByteBuffer.allocate(1024);
        literal(out, METHOD, "CONNECT");
        literal(out, ":protocol", "websocket");
        literal(out, SCHEME, scheme);
        literal(out, PATH, opening.path());
        literal(out, AUTHORITY, authority);
        literal(out, "sec-websocket-version", "13");
        if (opening.subprotocol() != null) {
            literal(out, "sec-websocket-protocol", opening.subprotocol());
        }
        byte[] block = new byte[out.flip().remaining()];
        out.get(block);
        return block;
    }

    /** A literal without indexing, its name from the static table: section 6.2.2. */
    static void literal(ByteBuffer out, int nameIndex, String value) {
        integer(out, 0, 4, nameIndex);
        string(out, value);
    }

    /** A literal without indexing with a new name. */
    static void literal(ByteBuffer out, String name, String value) {
        out.put((byte) 0);
        string(out, name);
        string(out, value);
    }

    private static void string(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        integer(out, 0, 7, bytes.length);
        out.put(bytes);
    }

    /** Section 5.1: the first byte's upper bits are {@code pattern}'s. */
    static void integer(ByteBuffer out, int pattern, int prefixBits, int value) {
        int most = (1 << prefixBits) - 1;
        if (value < most) {
            out.put((byte) (pattern | value));
            return;
        }
        out.put((byte) (pattern | most));
        int rest = value - most;
        while (rest >= 0x80) {
            out.put((byte) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    static int integer(ByteBuffer in, int first, int prefixBits) {
        int most = (1 << prefixBits) - 1;
        int value = first & most;
        if (value < most) {
            return value;
        }
        int shift = 0;
        int next;
        do {
            next = in.get();
            value += (next & 0x7F) << shift;
            shift += 7;
        } while ((next & 0x80) != 0);
        return value;
    }

    /**
     * The status of an answer's header block; -1 where the first field is not one, which RFC 9113
     * section 8.3 forbids.
     */
    static int status(ByteBuffer block) {
        int first = block.get() & 0xFF;
        while ((first & 0xE0) == SIZE_UPDATE) {
            integer(block, first, 5);
            first = block.get() & 0xFF;
        }
        int name;
        if ((first & INDEXED) != 0) {
            int index = integer(block, first, 7) - STATUS_FIRST;
            return index >= 0 && index < STATUSES.length ? STATUSES[index] : -1;
        } else if ((first & INCREMENTAL) != 0) {
            name = integer(block, first, 6);
        } else {
            name = integer(block, first, 4);
        }
        if (name < STATUS_FIRST || name >= STATUS_FIRST + STATUSES.length) {
            return -1;
        }
        int length = block.get() & 0xFF;
        return (length & HUFFMAN) != 0 ? huffmanDigits(block, 3) : digits(block, 3);
    }

    private static int digits(ByteBuffer in, int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            value = value * 10 + (in.get() - '0');
        }
        return value;
    }

    /** Appendix B: 0, 1 and 2 are the codes 0 to 2 of five bits, 3 to 9 are 0x19 to 0x1f of six. */
    private static int huffmanDigits(ByteBuffer in, int count) {
        long bits = 0;
        int have = 0;
        int value = 0;
        for (int i = 0; i < count; i++) {
            while (have < 6 && in.hasRemaining()) {
                bits = bits << 8 | in.get() & 0xFF;
                have += 8;
            }
            int five = (int) (bits >>> (have - 5)) & 0x1F;
            if (five <= 2) {
                value = value * 10 + five;
                have -= 5;
            } else {
                int six = (int) (bits >>> (have - 6)) & 0x3F;
                value = value * 10 + six - 0x19 + 3;
                have -= 6;
            }
        }
        return value;
    }
}
