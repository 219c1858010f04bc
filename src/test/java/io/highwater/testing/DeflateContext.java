package io.highwater.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A client's two real contexts of permessage-deflate, for what a {@link FrameClient} sends and
 * reads. Confined to the test's thread.
 */
public final class DeflateContext implements AutoCloseable {
    /** Offers all that a browser does. */
    public static final String OFFER = "permessage-deflate; client_max_window_bits";

    public static final String HEADER = "Sec-WebSocket-Extensions";

    private static final byte[] FLUSH_TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};
    private static final int RSV1 = 0x40;

    private final Inflater inflater = new Inflater(true);

    /** Without references, which fits every window that a server may ask for. */
    private final Deflater deflater = new Deflater(6, true);

    public DeflateContext() {
        deflater.setStrategy(Deflater.HUFFMAN_ONLY);
    }

    /** The text of a message, compressed or not. */
    public String read(FrameClient.Frame message) {
        return message.rsv1() ? new String(inflate(message.payload()), UTF_8) : message.text();
    }

    public byte[] inflate(byte[] payload) {
        byte[] whole = Arrays.copyOf(payload, payload.length + FLUSH_TAIL.length);
        System.arraycopy(FLUSH_TAIL, 0, whole, payload.length, FLUSH_TAIL.length);
        inflater.setInput(whole);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        byte[] piece = new byte[4096];
        try {
            for (int made = inflater.inflate(piece); made > 0; made = inflater.inflate(piece)) {
                text.write(piece, 0, made);
            }
        } catch (DataFormatException e) {
            throw new AssertionError(e);
        }
        return text.toByteArray();
    }

    /** Sends a compressed text. */
    public void text(FrameClient client, String text) {
        client.frame(FrameClient.TEXT | RSV1, true, deflate(text.getBytes(UTF_8)));
    }

    public byte[] deflate(byte[] text) {
        deflater.setInput(text);
        byte[] out = new byte[2 * text.length + 64];
        int length = 0;
        while (length == 0) {
            length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        }
        return Arrays.copyOf(out, length - FLUSH_TAIL.length);
    }

    @Override
    public void close() {
        inflater.end();
        deflater.end();
    }
}
