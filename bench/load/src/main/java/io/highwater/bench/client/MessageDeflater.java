package io.highwater.bench.client;

import java.util.zip.Deflater;

/**
 * Compresses messages that refer to nothing before them, which every agreement allows (RFC 7692
 * section 7.2.1): one for all sockets. Confined to the thread that polls.
 */
final class MessageDeflater implements AutoCloseable {
    private static final int FLUSH_TAIL_BYTES = 4;

    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    private final byte[] out = new byte[2 * FrameWriter.MAX_PAYLOAD_BYTES];

    /** What the last call made, from index 0 on. */
    byte[] out() {
        return out;
    }

    /** Length in {@link #out}. */
    int deflate(byte[] message, int length) {
        deflater.reset();
        deflater.setInput(message, 0, length);
        return deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH) - FLUSH_TAIL_BYTES;
    }

    @Override
    public void close() {
        deflater.end();
    }
}
