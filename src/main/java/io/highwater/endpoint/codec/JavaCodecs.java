package io.highwater.endpoint.codec;

import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;

/**
 * The decoders and encoders of Java's own types (Jakarta WebSocket 4.7), which all sessions share.
 * Immutable.
 */
final class JavaCodecs {
    private JavaCodecs() {}

    static final List<Decoders.Entry> DECODERS =
            List.of(
                    decoder(Decoder.Text.class, String.class, new OfString()),
                    text(Boolean.class, Boolean::valueOf),
                    text(Byte.class, Byte::valueOf),
                    decoder(Decoder.Text.class, Character.class, new OfCharacter()),
                    text(Double.class, Double::valueOf),
                    text(Float.class, Float::valueOf),
                    text(Integer.class, Integer::valueOf),
                    text(Long.class, Long::valueOf),
                    text(Short.class, Short::valueOf),
                    decoder(
                            Decoder.TextStream.class,
                            Reader.class,
                            (Decoder.TextStream<Reader>) reader -> reader),
                    decoder(Decoder.Binary.class, ByteBuffer.class, new OfBuffer()),
                    decoder(Decoder.Binary.class, byte[].class, new OfArray()),
                    decoder(
                            Decoder.BinaryStream.class,
                            InputStream.class,
                            (Decoder.BinaryStream<InputStream>) stream -> stream));

    static final List<Encoders.Entry> ENCODERS =
            List.of(
                    encoder(Encoder.Text.class, String.class, (Encoder.Text<String>) text -> text),
                    printed(Boolean.class),
                    printed(Byte.class),
                    printed(Character.class),
                    printed(Double.class),
                    printed(Float.class),
                    printed(Integer.class),
                    printed(Long.class),
                    printed(Short.class),
                    encoder(
                            Encoder.Binary.class,
                            ByteBuffer.class,
                            (Encoder.Binary<ByteBuffer>) buffer -> buffer),
                    encoder(
                            Encoder.Binary.class,
                            byte[].class,
                            (Encoder.Binary<byte[]>) ByteBuffer::wrap));

    private static Decoders.Entry decoder(
            Class<? extends Decoder> kind, Class<?> type, Decoder decoder) {
        return new Decoders.Entry(decoder.getClass(), kind, type, decoder);
    }

    private static <T> Decoders.Entry text(Class<T> type, Function<String, T> parser) {
        return decoder(Decoder.Text.class, type, new Parsed<>(type, parser));
    }

    private static Encoders.Entry encoder(
            Class<? extends Encoder> kind, Class<?> type, Encoder encoder) {
        return new Encoders.Entry(encoder.getClass(), kind, type, false, encoder);
    }

    private static Encoders.Entry printed(Class<?> type) {
        return encoder(Encoder.Text.class, type, (Encoder.Text<Object>) Object::toString);
    }

    private static final class OfString implements Decoder.Text<String> {
        @Override
        public boolean willDecode(String text) {
            return true;
        }

        @Override
        public String decode(String text) {
            return text;
        }
    }

    private static final class OfCharacter implements Decoder.Text<Character> {
        @Override
        public boolean willDecode(String text) {
            return text.length() == 1;
        }

        @Override
        public Character decode(String text) {
            return text.charAt(0);
        }
    }

    /**
     * Parses a number or boolean; a NumberFormatException means that it does not decode the text.
     */
    private record Parsed<T>(Class<T> type, Function<String, T> parser) implements Decoder.Text<T> {
        @Override
        public boolean willDecode(String text) {
            try {
                return parser.apply(text) != null;
            } catch (NumberFormatException e) {
                return false;
            }
        }

        @Override
        public T decode(String text) throws DecodeException {
            try {
                return parser.apply(text);
            } catch (NumberFormatException e) {
                throw new DecodeException(text, "is no " + type.getSimpleName(), e);
            }
        }
    }

    private static final class OfBuffer implements Decoder.Binary<ByteBuffer> {
        @Override
        public boolean willDecode(ByteBuffer payload) {
            return true;
        }

        @Override
        public ByteBuffer decode(ByteBuffer payload) {
            return payload;
        }
    }

    private static final class OfArray implements Decoder.Binary<byte[]> {
        @Override
        public boolean willDecode(ByteBuffer payload) {
            return true;
        }

        @Override
        public byte[] decode(ByteBuffer payload) {
            byte[] copy = new byte[payload.remaining()];
            payload.get(payload.position(), copy);
            return copy;
        }
    }
}
