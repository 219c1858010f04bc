package io.highwater.endpoint;

import jakarta.websocket.Decoder;
import jakarta.websocket.EndpointConfig;
import java.io.InputStream;
import java.io.Reader;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.BooleanDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.ByteArrayDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.ByteBufferDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.ByteDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.CharacterDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.DoubleDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.FloatDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.InputStreamDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.IntegerDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.LongDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.ReaderDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.RegisteredDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.ShortDecoder;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.StringDecoder;
import org.eclipse.jetty.websocket.core.WebSocketComponents;

/**
 * The decoders of one endpoint class in the order of their list, and behind them those of Java's
 * own types. (Jetty's table knows no generic types.) Thread-safe.
 */
final class Decoders {
    private final EndpointConfig config;
    private final WebSocketComponents components;
    private final List<Listed> listed = new ArrayList<>();
    private final List<RegisteredDecoder> ownOfJava = new ArrayList<>();

    /** A decoder, and what it makes with its type arguments. */
    private record Listed(RegisteredDecoder decoder, Type type) {}

    /**
     * @throws IllegalArgumentException names a decoder that is none
     */
    Decoders(EndpointConfig config, WebSocketComponents components) {
        this.config = config;
        this.components = components;
        for (Class<? extends Decoder> decoder : config.getDecoders()) {
            for (Codecs.Role<Decoder> role : Codecs.roles(decoder, Codecs.DECODERS)) {
                listed.add(
                        new Listed(
                                decoder(decoder, role.kind(), GenericTypes.raw(role.type()), false),
                                role.type()));
            }
        }
        addText(StringDecoder.class, String.class);
        addText(BooleanDecoder.class, Boolean.class);
        addText(ByteDecoder.class, Byte.class);
        addText(CharacterDecoder.class, Character.class);
        addText(DoubleDecoder.class, Double.class);
        addText(FloatDecoder.class, Float.class);
        addText(IntegerDecoder.class, Integer.class);
        addText(LongDecoder.class, Long.class);
        addText(ShortDecoder.class, Short.class);
        add(ReaderDecoder.class, Decoder.TextStream.class, Reader.class);
        add(ByteBufferDecoder.class, Decoder.Binary.class, ByteBuffer.class);
        add(ByteArrayDecoder.class, Decoder.Binary.class, byte[].class);
        add(InputStreamDecoder.class, Decoder.BinaryStream.class, InputStream.class);
    }

    private void addText(Class<? extends Decoder> decoder, Class<?> type) {
        add(decoder, Decoder.Text.class, type);
    }

    private void add(
            Class<? extends Decoder> decoder, Class<? extends Decoder> kind, Class<?> type) {
        ownOfJava.add(decoder(decoder, kind, type, true));
    }

    private RegisteredDecoder decoder(
            Class<? extends Decoder> decoder,
            Class<? extends Decoder> kind,
            Class<?> type,
            boolean ofJava) {
        return new RegisteredDecoder(decoder, kind, type, config, components, ofJava);
    }

    /**
     * Those that make a {@code type} of one kind of message, in the order in which they are asked;
     * empty: none does. A stream is read by the first alone.
     */
    List<RegisteredDecoder> of(Type type, byte opcode) {
        Type boxed = Codecs.boxed(type);
        List<RegisteredDecoder> fitting =
                Stream.concat(
                                listed.stream()
                                        .filter(own -> GenericTypes.isAssignable(boxed, own.type))
                                        .map(Listed::decoder),
                                ownOfJava.stream().filter(own -> own.objectType == boxed))
                        .filter(own -> shape(own).opcode() == opcode)
                        .toList();
        if (fitting.isEmpty()) {
            return fitting;
        }
        RegisteredDecoder first = fitting.get(0);
        return shape(first).isStream()
                ? List.of(first)
                : fitting.stream().filter(own -> shape(own) == shape(first)).toList();
    }

    static MessageShape shape(RegisteredDecoder decoder) {
        return MessageShape.ofDecoder(decoder.interfaceType);
    }
}
