package io.highwater.wire.deflate;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * A borrowed native Deflater that makes one message at a time: reset, given its dictionary, flushed
 * to a byte boundary (RFC 7692 section 7.2.1). Confined to its borrower.
 */
final class RawDeflater implements AutoCloseable {
    /** The answer where compression does not pay: the message goes as it is. */
    static final int NO_GAIN = -1;

    /** The four bytes that end each flush; left off at the end of a message (section 7.2.1). */
    static final byte[] FLUSH_MARKER = {0, 0, (byte) 0xFF, (byte) 0xFF};

    /** A window of 8 bits: every stretch would be so short that a match hardly pays. */
    static final int SMALLEST_WINDOW_BYTES = 256;

    /** zlib's own window: no reference goes beyond it. */
    private static final int LARGEST_WINDOW_BYTES = 1 << 15;

    private static final int KEPT_OUT_BYTES = 64 * 1024;

    /** A block header, and a flush for every stored block. */
    private static final int SLACK_BYTES = 64;

    /** In place of a message, which zlib's object would keep alive. */
    static final byte[] NOTHING = {};

    private final Deflater deflater;
    private byte[] out = new byte[1024];
    private byte[] joined = new byte[0];

    RawDeflater(int level, int strategy) {
        deflater = new Deflater(level, true);
        deflater.setStrategy(strategy);
    }

    /** What the last call made, from index 0 on. */
    byte[] out() {
        return out;
    }

    /**
     * Compresses a message without the marker at its end.
     *
     * @param message left as it is; not empty
     * @param windowBytes how far back it may refer
     * @param most bytes that it may take
     * @return length in {@link #out}, or {@link #NO_GAIN} where it would take more
     */
    int deflate(Dictionary dictionary, ByteBuffer message, int windowBytes, int most) {
        int length = flush(dictionary, message, windowBytes, most + FLUSH_MARKER.length);
        return length < 0 ? NO_GAIN : length - FLUSH_MARKER.length;
    }

    /** As {@link #deflate}, with the marker at its end: part of a message that goes on. */
    int flush(Dictionary dictionary, ByteBuffer message, int windowBytes, int most) {
        int bytes = message.remaining();
        // One more: output that fills its buffer may not be all.
        reserve(Math.min(most, bytes + (bytes >> 3) + SLACK_BYTES) + 1);
        if (bytes == 0
                || windowBytes >= LARGEST_WINDOW_BYTES
                || dictionary.length() + bytes <= windowBytes) {
            deflater.reset();
            if (dictionary.length() > 0) {
                deflater.setDictionary(
                        dictionary.bytes(),
                        dictionary.end() - dictionary.length(),
                        dictionary.length());
            }
            return run(message.duplicate(), 0, most);
        }
        return windowBytes <= SMALLEST_WINDOW_BYTES
                ? flushWithoutReferences(message, most)
                : flushInStretches(dictionary, message, windowBytes, most);
    }

    /** The strategy is HUFFMAN_ONLY: see {@link Deflaters#of}. */
    private int flushWithoutReferences(ByteBuffer message, int most) {
        deflater.reset();
        return run(message.duplicate(), 0, most);
    }

    /**
     * About distances below its window zlib promises only this: no reference leaves what it was
     * given since the reset. So a stretch and its dictionary together fill the peer's window.
     */
    private int flushInStretches(
            Dictionary dictionary, ByteBuffer message, int windowBytes, int most) {
        byte[] text = join(dictionary, message);
        int end = dictionary.length() + message.remaining();
        int length = 0;
        for (int at = dictionary.length(); at < end; ) {
            int stretch = Math.min(windowBytes / 2, end - at);
            int before = Math.min(at, windowBytes - stretch);
            deflater.reset();
            if (before > 0) {
                deflater.setDictionary(text, at - before, before);
            }
            length = run(ByteBuffer.wrap(text, at, stretch), length, most);
            if (length < 0) {
                return NO_GAIN;
            }
            at += stretch;
        }
        return length;
    }

    private byte[] join(Dictionary dictionary, ByteBuffer message) {
        int bytes = dictionary.length() + message.remaining();
        if (joined.length < bytes) {
            joined = new byte[bytes];
        }
        System.arraycopy(
                dictionary.bytes(),
                dictionary.end() - dictionary.length(),
                joined,
                0,
                dictionary.length());
        message.get(message.position(), joined, dictionary.length(), message.remaining());
        return joined;
    }

    private int run(ByteBuffer text, int from, int most) {
        deflater.setInput(text);
        int at = from;
        while (true) {
            int made = deflater.deflate(out, at, out.length - at, Deflater.SYNC_FLUSH);
            at += made;
            if (at > most) {
                return NO_GAIN;
            }
            if (at == out.length) {
                out = Arrays.copyOf(out, Math.addExact(out.length, out.length / 2));
            } else if (at > from) {
                return at;
            }
            // Nothing made: the first call after setStrategy only sets it.
        }
    }

    private void reserve(int bytes) {
        if (out.length < bytes) {
            out = new byte[bytes];
        }
    }

    /** Called before it goes back: a large message must not cost memory until the next one. */
    void shrink() {
        deflater.setInput(NOTHING);
        if (out.length > KEPT_OUT_BYTES) {
            out = new byte[KEPT_OUT_BYTES];
        }
        if (joined.length > KEPT_OUT_BYTES) {
            joined = new byte[0];
        }
    }

    @Override
    public void close() {
        deflater.end();
    }
}
