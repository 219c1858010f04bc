package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

/** A coder that is spare keeps no message alive. */
final class CodersTest {
    private static final int LARGE = 1 << 20;

    @Test
    void aSpareDeflaterDoesNotKeepItsLastMessage() {
        RawDeflater deflater = new RawDeflater(6, Deflater.DEFAULT_STRATEGY);
        WeakReference<byte[]> message = deflated(deflater);
        deflater.shrink();
        awaitCollected(message);
        // It still works.
        deflated(deflater);
        deflater.close();
    }

    private static WeakReference<byte[]> deflated(RawDeflater deflater) {
        byte[] message = new byte[LARGE];
        int length =
                deflater.deflate(SharedDictionary.EMPTY, ByteBuffer.wrap(message), 1 << 15, LARGE);
        assertThat(length).isPositive();
        return new WeakReference<>(message);
    }

    @Test
    void aSpareInflaterDoesNotKeepItsLastMessage() throws Exception {
        RawInflater inflater = new RawInflater();
        WeakReference<byte[]> message = inflated(inflater);
        inflater.shrink();
        awaitCollected(message);
        inflated(inflater);
        inflater.close();
    }

    private static WeakReference<byte[]> inflated(RawInflater inflater) throws Exception {
        // One stored block of nothing, over and over: DEFLATE that brings no output.
        byte[] payload = new byte[LARGE / 5 * 5];
        for (int i = 0; i < payload.length; i += 5) {
            payload[i + 3] = (byte) 0xFF;
            payload[i + 4] = (byte) 0xFF;
        }
        assertThat(
                        inflater.inflate(SharedDictionary.EMPTY, ByteBuffer.wrap(payload), LARGE)
                                .remaining())
                .isZero();
        return new WeakReference<>(payload);
    }

    private static void awaitCollected(WeakReference<byte[]> message) {
        await().until(
                        () -> {
                            System.gc();
                            return message.refersTo(null);
                        });
    }
}
