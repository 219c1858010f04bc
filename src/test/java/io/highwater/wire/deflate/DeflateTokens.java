package io.highwater.wire.deflate;

import java.util.Arrays;

/**
 * Reads a raw DEFLATE stream (RFC 1951) token by token and keeps the largest distance of a match:
 * an inflater with a larger window would not notice one that goes too far. Independent of zlib.
 * Confined to a test.
 */
final class DeflateTokens {
    private static final int[] LENGTH_BASE = {
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
        131, 163, 195, 227, 258
    };
    private static final int[] LENGTH_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0
    };
    private static final int[] DISTANCE_BASE = {
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
        2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577
    };
    private static final int[] DISTANCE_BITS = {
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12,
        13, 13
    };
    private static final int[] ORDER = {
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
    };

    private final byte[] stream;
    private int at;
    private int bits;
    private int bitCount;
    private int maxDistance;
    private boolean ended;

    private DeflateTokens(byte[] stream) {
        this.stream = stream;
    }

    /** What a stream that ends at a byte boundary says. */
    static DeflateTokens read(byte[] stream) {
        DeflateTokens tokens = new DeflateTokens(stream);
        while (tokens.at < stream.length) {
            tokens.block();
        }
        return tokens;
    }

    /** 0 where there is no match. */
    int maxDistance() {
        return maxDistance;
    }

    /** Whether a block had BFINAL. */
    boolean ended() {
        return ended;
    }

    private void block() {
        ended |= bits(1) == 1;
        int type = bits(2);
        if (type == 0) {
            bits = 0;
            bitCount = 0;
            at += 4 + ((stream[at] & 0xFF) | (stream[at + 1] & 0xFF) << 8);
        } else {
            int[][][] codes = type == 1 ? fixed() : dynamic();
            tokens(codes[0], codes[1]);
        }
    }

    private void tokens(int[][] literals, int[][] distances) {
        for (int symbol = symbol(literals); symbol != 256; symbol = symbol(literals)) {
            if (symbol > 256) {
                int unused = LENGTH_BASE[symbol - 257] + bits(LENGTH_BITS[symbol - 257]);
                int distance = symbol(distances);
                maxDistance =
                        Math.max(
                                maxDistance,
                                DISTANCE_BASE[distance] + bits(DISTANCE_BITS[distance]));
            }
        }
    }

    private static int[][][] fixed() {
        int[] lengths = new int[288];
        for (int i = 0; i < 288; i++) {
            lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
        }
        int[] distances = new int[30];
        Arrays.fill(distances, 5);
        return new int[][][] {code(lengths), code(distances)};
    }

    private int[][][] dynamic() {
        int literals = bits(5) + 257;
        int distances = bits(5) + 1;
        int codeLengths = bits(4) + 4;
        int[] lengthLengths = new int[19];
        for (int i = 0; i < codeLengths; i++) {
            lengthLengths[ORDER[i]] = bits(3);
        }
        int[][] lengthCode = code(lengthLengths);
        int[] lengths = new int[literals + distances];
        for (int i = 0; i < lengths.length; ) {
            int symbol = symbol(lengthCode);
            if (symbol < 16) {
                lengths[i++] = symbol;
            } else {
                int value = symbol == 16 ? lengths[i - 1] : 0;
                int repeat = symbol == 16 ? 3 + bits(2) : symbol == 17 ? 3 + bits(3) : 11 + bits(7);
                Arrays.fill(lengths, i, i + repeat, value);
                i += repeat;
            }
        }
        return new int[][][] {
            code(Arrays.copyOf(lengths, literals)),
            code(Arrays.copyOfRange(lengths, literals, lengths.length))
        };
    }

    /** Canonical Huffman code: how many codes each length has, and the symbols in their order. */
    private static int[][] code(int[] lengths) {
        int[] counts = new int[16];
        for (int length : lengths) {
            counts[length]++;
        }
        counts[0] = 0;
        int[] offsets = new int[16];
        for (int i = 1; i < 15; i++) {
            offsets[i + 1] = offsets[i] + counts[i];
        }
        int[] symbols = new int[lengths.length];
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] != 0) {
                symbols[offsets[lengths[i]]++] = i;
            }
        }
        return new int[][] {counts, symbols};
    }

    private int symbol(int[][] code) {
        int value = 0;
        int first = 0;
        int index = 0;
        for (int length = 1; length <= 15; length++) {
            value |= bits(1);
            int count = code[0][length];
            if (value - count < first) {
                return code[1][index + (value - first)];
            }
            index += count;
            first = (first + count) << 1;
            value <<= 1;
        }
        throw new IllegalStateException("no such code");
    }

    private int bits(int count) {
        while (bitCount < count) {
            if (at == stream.length) {
                throw new IllegalStateException("the stream ends within a token");
            }
            bits |= (stream[at++] & 0xFF) << bitCount;
            bitCount += 8;
        }
        int value = bits & ((1 << count) - 1);
        bits >>>= count;
        bitCount -= count;
        return value;
    }
}
