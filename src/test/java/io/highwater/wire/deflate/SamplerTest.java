package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SamplerTest {
    private final Corpus corpus = new Corpus(1);

    private static boolean looksRandom(byte[] message) {
        return Sampler.looksRandom(ByteBuffer.wrap(message).asReadOnlyBuffer());
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 513, 1000, 4096, 100_000})
    void randomAndZippedBytesAreToldFromText(int bytes) {
        for (int i = 0; i < 200; i++) {
            assertThat(looksRandom(corpus.random(bytes))).isTrue();
            assertThat(looksRandom(corpus.json(bytes))).isFalse();
            assertThat(looksRandom(new byte[bytes])).isFalse();
        }
        assertThat(looksRandom(zipped(corpus.json(bytes * 8)))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void base64OfRandomBytesGainsAQuarterAndIsTried(int bytes) {
        byte[] text = Base64.getEncoder().encode(corpus.random(bytes));
        assertThat(looksRandom(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 511})
    void ofShortMessagesNothingIsSaid(int bytes) {
        assertThat(looksRandom(corpus.random(bytes))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {600, 6000})
    void binaryNumbersThatRepeatThemselvesAreTried(int bytes) {
        ByteBuffer numbers = ByteBuffer.allocate(bytes);
        for (int i = 0; numbers.remaining() >= 12; i++) {
            numbers.putInt(1_600_000_000 + i).putDouble(100.25 + i % 50);
        }
        assertThat(looksRandom(numbers.array())).isFalse();
    }

    private static byte[] zipped(byte[] text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
