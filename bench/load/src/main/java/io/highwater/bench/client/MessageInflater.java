package io.highwater.bench.client;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads what a server compressed for one socket, with a real context: a message may refer to all
 * before it (RFC 7692 section 7.2.2). Confined to the thread that polls.
 */
final class MessageInflater implements AutoCloseable {
    private static final byte[] FLUSH_TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private final Inflater inflater = new Inflater(true);

    /** Puts the message into {@code to}, from its start on. */
    void inflate(ByteBuffer in, int at, int length, ByteBuffer to) {
        to.clear();
        try {
            inflater.setInput(in.slice(at, length));
            inflate(to);
            inflater.setInput(FLUSH_TAIL);
            inflate(to);
        } catch (DataFormatException e) {
            throw new BenchException("the server sent what is not DEFLATE data", e);
        }
        to.flip();
    }

    private void inflate(ByteBuffer to) throws DataFormatException {
        while (!inflater.needsInput()) {
            if (inflater.inflate(to) == 0 && !to.hasRemaining()) {
                throw new BenchException("a message of more bytes than a benchmark sends");
            }
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
