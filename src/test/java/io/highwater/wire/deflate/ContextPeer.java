package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A client with real contexts, as others have them: one Inflater and one Deflater for all its life,
 * fed by every byte of every message with RSV1. Confined to a test.
 */
final class ContextPeer {
    private static final int RSV1 = 0x40;

    private final ContextTakeover takeover;
    private final Inflater inflater = new Inflater(true);
    private Deflater deflater;
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stream = new ByteArrayOutputStream();
    private final List<byte[]> received = new ArrayList<>();
    private boolean compressed;
    private int compressedMessages;
    private long wireBytes;

    ContextPeer(ContextTakeover takeover) {
        this.takeover = takeover;
    }

    /** Takes what came over the wire: any number of frames. */
    void read(OutboundFrame frames) {
        wireBytes += frames.bytes();
        ByteBuffer in = frames.view();
        while (in.hasRemaining()) {
            int first = in.get();
            int length7 = in.get();
            int length =
                    length7 < 126
                            ? length7
                            : length7 == 126 ? in.getShort() & 0xFFFF : (int) in.getLong();
            byte[] payload = new byte[length];
            in.get(payload);
            frame(first, payload);
        }
    }

    private void frame(int first, byte[] payload) {
        if ((first & 0xF) != Opcode.CONTINUATION.code()) {
            compressed = (first & RSV1) != 0;
        } else {
            assertThat(first & RSV1).as("RSV1 of a continuation").isZero();
        }
        boolean last = first < 0;
        if (compressed) {
            stream.writeBytes(payload);
            inflate(payload);
            if (last) {
                stream.writeBytes(RawDeflater.FLUSH_MARKER);
                inflate(RawDeflater.FLUSH_MARKER);
                compressedMessages++;
                if (takeover == ContextTakeover.NO_TAKEOVER) {
                    inflater.reset();
                }
            }
        } else {
            message.writeBytes(payload);
        }
        if (last) {
            received.add(message.toByteArray());
            message.reset();
        }
    }

    private void inflate(byte[] piece) {
        byte[] out = new byte[8192];
        inflater.setInput(piece);
        try {
            while (true) {
                int made = inflater.inflate(out);
                if (made == 0) {
                    assertThat(inflater.needsInput()).isTrue();
                    return;
                }
                message.write(out, 0, made);
            }
        } catch (DataFormatException e) {
            throw new AssertionError("after " + received.size() + " messages", e);
        }
    }

    /** What has come since the last call. */
    List<byte[]> take() {
        List<byte[]> taken = List.copyOf(received);
        received.clear();
        return taken;
    }

    int compressedMessages() {
        return compressedMessages;
    }

    long wireBytes() {
        return wireBytes;
    }

    /** All compressed bytes since the last call, for {@link DeflateTokens}. */
    byte[] takeStream() {
        byte[] taken = stream.toByteArray();
        stream.reset();
        return taken;
    }

    /** The payload of a message that this client sends. */
    ByteBuffer compress(byte[] text) {
        byte[] out = new byte[2 * text.length + 64];
        if (deflater == null) {
            deflater = new Deflater(9, true);
        }
        deflater.setInput(text);
        int length = 0;
        int made;
        do {
            made = deflater.deflate(out, length, out.length - length, Deflater.SYNC_FLUSH);
            length += made;
        } while (made > 0 && length == out.length);
        if (text.length == 0) {
            return ByteBuffer.wrap(new byte[1]);
        }
        return ByteBuffer.wrap(out, 0, length - RawDeflater.FLUSH_MARKER.length);
    }

    void close() {
        inflater.end();
        if (deflater != null) {
            deflater.end();
        }
    }
}
