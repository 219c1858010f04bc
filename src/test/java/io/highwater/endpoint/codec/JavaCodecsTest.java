package io.highwater.endpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.Opcode;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.EncodeException;
import jakarta.websocket.Encoder;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages of Java's own types. */
final class JavaCodecsTest {
    private static final Decoders DECODERS = new Decoders(List.of());
    private static final Encoders ENCODERS = new Encoders(List.of());

    private static Stream<Object> values() {
        return Stream.of(
                "", "text", true, false, 'x', (byte) -1, (short) 300, 70_000, 1L << 40, 1.5f, -2.5);
    }

    @SuppressWarnings("unchecked") // the decoder is looked up by its type
    private static Decoder.Text<Object> decoder(Class<?> type) {
        List<Decoders.Entry> entries = DECODERS.of(type, Opcode.TEXT);
        assertThat(entries).hasSize(1);
        assertThat(entries.get(0).shape()).isEqualTo(MessageShape.TEXT);
        return (Decoder.Text<Object>) entries.get(0).shared();
    }

    @ParameterizedTest
    @MethodSource("values")
    @SuppressWarnings("unchecked") // the encoder is looked up by its type
    void aValueComesBackAsItWas(Object value) throws EncodeException, DecodeException {
        Encoder encoder = ENCODERS.of(value.getClass()).shared();
        String text = ((Encoder.Text<Object>) encoder).encode(value);
        Decoder.Text<Object> decoder = decoder(value.getClass());
        assertThat(decoder.willDecode(text)).isTrue();
        assertThat(decoder.decode(text)).isEqualTo(value);
    }

    @Test
    void primitivesAreDecodedAsTheirBoxes() {
        assertThat(decoder(int.class)).isSameAs(decoder(Integer.class));
        assertThat(decoder(char.class)).isSameAs(decoder(Character.class));
    }

    @Test
    void whatIsNoneIsNotDecoded() {
        for (Class<?> type :
                List.of(
                        Byte.class,
                        Short.class,
                        Integer.class,
                        Long.class,
                        Float.class,
                        Double.class)) {
            assertThat(decoder(type).willDecode("none")).as(type.getName()).isFalse();
        }
        assertThat(decoder(Byte.class).willDecode("128")).isFalse();
        assertThat(decoder(Character.class).willDecode("ab")).isFalse();
        assertThat(decoder(Character.class).willDecode("")).isFalse();
        assertThat(decoder(Boolean.class).willDecode("none")).isTrue();
    }

    @Test
    @SuppressWarnings("unchecked") // as above
    void anArrayIsACopyAndABufferIsNot() throws DecodeException, EncodeException {
        ByteBuffer payload = ByteBuffer.wrap(new byte[] {9, 1, 2, 9}, 1, 2);
        Decoder.Binary<byte[]> arrays =
                (Decoder.Binary<byte[]>) DECODERS.of(byte[].class, Opcode.BINARY).get(0).shared();
        byte[] array = arrays.decode(payload);
        assertThat(array).containsExactly(1, 2);
        assertThat(payload.remaining()).isEqualTo(2);
        Decoder.Binary<ByteBuffer> buffers =
                (Decoder.Binary<ByteBuffer>)
                        DECODERS.of(ByteBuffer.class, Opcode.BINARY).get(0).shared();
        assertThat(buffers.decode(payload)).isSameAs(payload);
        Encoder.Binary<byte[]> encoder =
                (Encoder.Binary<byte[]>) ENCODERS.of(byte[].class).shared();
        assertThat(encoder.encode(array)).isEqualTo(payload);
        assertThat(ENCODERS.of(ByteBuffer.allocate(1).getClass())).isNotNull();
    }

    @Test
    void streamsAreOfTheirKind() {
        assertThat(DECODERS.of(Reader.class, Opcode.TEXT))
                .extracting(Decoders.Entry::shape)
                .containsExactly(MessageShape.TEXT_STREAM);
        assertThat(DECODERS.of(InputStream.class, Opcode.BINARY))
                .extracting(Decoders.Entry::shape)
                .containsExactly(MessageShape.BINARY_STREAM);
        assertThat(DECODERS.of(InputStream.class, Opcode.TEXT)).isEmpty();
    }
}
