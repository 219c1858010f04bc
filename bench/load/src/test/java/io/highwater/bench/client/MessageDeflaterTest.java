package io.highwater.bench.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

/** What the client makes is read by a peer that keeps its context, and the other way round. */
final class MessageDeflaterTest {
    private static final byte[] TEXT =
            "a message that repeats itself, a message that repeats itself"
                    .getBytes(StandardCharsets.US_ASCII);

    private final ByteBuffer inflated = ByteBuffer.allocate(FrameWriter.MAX_PAYLOAD_BYTES);

    private byte[] inflated() {
        byte[] bytes = new byte[inflated.remaining()];
        inflated.get(bytes);
        return bytes;
    }

    @Test
    void messagesOfManySocketsAreReadByEach() {
        try (MessageDeflater deflater = new MessageDeflater();
                MessageInflater first = new MessageInflater();
                MessageInflater second = new MessageInflater()) {
            for (MessageInflater peer : new MessageInflater[] {first, second, first}) {
                int length = deflater.deflate(TEXT, TEXT.length);
                assertThat(length).isLessThan(TEXT.length);
                peer.inflate(ByteBuffer.wrap(deflater.out()), 0, length, inflated);
                assertThat(inflated()).isEqualTo(TEXT);
            }
        }
    }

    @Test
    void messagesThatReferToEarlierOnesAreRead() {
        Deflater server = new Deflater(6, true);
        byte[] out = new byte[200];
        try (MessageInflater inflater = new MessageInflater()) {
            int firstLength = 0;
            for (int i = 0; i < 3; i++) {
                server.setInput(TEXT);
                int length = server.deflate(out, 0, out.length, Deflater.SYNC_FLUSH) - 4;
                firstLength = i == 0 ? length : firstLength;
                assertThat(i == 0 || length < firstLength).isTrue();
                inflater.inflate(ByteBuffer.wrap(out), 0, length, inflated);
                assertThat(inflated()).isEqualTo(TEXT);
            }
        } finally {
            server.end();
        }
    }

    @Test
    void whatIsNoDeflateDataEndsTheBenchmark() {
        byte[] noise = new byte[20];
        Arrays.fill(noise, (byte) 0xFF);
        try (MessageInflater inflater = new MessageInflater()) {
            assertThatThrownBy(() -> inflater.inflate(ByteBuffer.wrap(noise), 0, 20, inflated))
                    .isInstanceOf(BenchException.class);
        }
    }
}
