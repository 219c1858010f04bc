package io.highwater.wire.deflate;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.ProtocolViolation;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A borrowed native Inflater that reads one message at a time (RFC 7692 section 7.2.2). Confined to
 * its borrower.
 */
final class RawInflater implements AutoCloseable {
    private static final int KEPT_OUT_BYTES = 64 * 1024;
    private static final int WINDOW_BYTES = 1 << 15;

    /**
     * A peer may end its DEFLATE stream and begin another within a message (section 7.2.3.4). But
     * two bytes are enough for that, and each time costs us a reset.
     */
    private static final int MOST_STREAMS = 256;

    private final Inflater inflater = new Inflater(true);
    private final byte[] probe = new byte[1];
    private byte[] out = new byte[4096];

    /**
     * Inflates a message.
     *
     * @param dictionary what the peer may refer to
     * @param payload without the marker at its end; consumed
     * @param maxBytes of the message, of which not one more is made
     * @return the message, on the heap and the caller's
     */
    ByteBuffer inflate(Dictionary dictionary, ByteBuffer payload, long maxBytes)
            throws ProtocolViolation {
        int most = (int) Math.min(maxBytes, Integer.MAX_VALUE - Long.BYTES);
        try {
            int length = run(dictionary, payload, most);
            return ByteBuffer.wrap(Arrays.copyOf(out, length));
        } catch (DataFormatException e) {
            throw new ProtocolViolation(
                    CloseStatus.BAD_PAYLOAD, "a compressed message is not DEFLATE data");
        }
    }

    private int run(Dictionary dictionary, ByteBuffer payload, int most)
            throws DataFormatException, ProtocolViolation {
        begin(
                dictionary.bytes(),
                dictionary.end() - dictionary.length(),
                dictionary.length(),
                payload);
        ByteBuffer in = payload;
        int streams = 1;
        int length = 0;
        while (true) {
            int made = make(length, most);
            length += made;
            if (inflater.finished()) {
                if (in != payload || !in.hasRemaining()) {
                    return length;
                }
                if (++streams > MOST_STREAMS) {
                    throw new ProtocolViolation(
                            CloseStatus.POLICY, "a message ends its DEFLATE stream too often");
                }
                byte[] window = window(dictionary, length);
                begin(window, 0, window.length, in);
            } else if (made == 0 && inflater.needsInput()) {
                if (in != payload) {
                    return length;
                }
                in = ByteBuffer.wrap(RawDeflater.FLUSH_MARKER);
                inflater.setInput(in);
            } else if (made == 0) {
                throw new DataFormatException("neither input nor output is wanted");
            }
        }
    }

    private void begin(byte[] dictionary, int from, int length, ByteBuffer in) {
        inflater.reset();
        if (length > 0) {
            inflater.setDictionary(dictionary, from, length);
        }
        inflater.setInput(in);
    }

    /** The next bytes, from index {@code at} of the output on; none where there are no more. */
    private int make(int at, int most) throws DataFormatException, ProtocolViolation {
        if (at == most) {
            if (inflater.inflate(probe) > 0) {
                throw new ProtocolViolation(
                        CloseStatus.TOO_BIG, "a message is over " + most + " bytes");
            }
            return 0;
        }
        if (at == out.length) {
            out = Arrays.copyOf(out, (int) Math.min(most, 2L * out.length));
        }
        return inflater.inflate(out, at, Math.min(out.length, most) - at);
    }

    /** What the peer may refer to within the message: the dictionary, and what was made so far. */
    private byte[] window(Dictionary dictionary, int length) {
        int made = Math.min(length, WINDOW_BYTES);
        int before = Math.min(dictionary.length(), WINDOW_BYTES - made);
        byte[] window = new byte[before + made];
        System.arraycopy(dictionary.bytes(), dictionary.end() - before, window, 0, before);
        System.arraycopy(out, length - made, window, before, made);
        return window;
    }

    /** Called before it goes back: a large message must not cost memory until the next one. */
    void shrink() {
        inflater.setInput(RawDeflater.NOTHING);
        if (out.length > KEPT_OUT_BYTES) {
            out = new byte[KEPT_OUT_BYTES];
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
