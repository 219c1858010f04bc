package io.highwater.endpoint.codec;

import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/** What encoders and decoders have in common when an endpoint is deployed. Stateless. */
final class Codecs {
    private Codecs() {}

    /** An interface of a codec's class, with what it is declared for. */
    record Role<C>(Class<? extends C> kind, Type type) {}

    static final List<Class<? extends Decoder>> DECODERS =
            List.of(
                    Decoder.Text.class,
                    Decoder.TextStream.class,
                    Decoder.Binary.class,
                    Decoder.BinaryStream.class);

    static final List<Class<? extends Encoder>> ENCODERS =
            List.of(
                    Encoder.Text.class,
                    Encoder.TextStream.class,
                    Encoder.Binary.class,
                    Encoder.BinaryStream.class);

    /**
     * @throws IllegalArgumentException it can't be made, or is none of {@code kinds}
     */
    static <C> List<Role<C>> roles(
            Class<? extends C> codec, List<? extends Class<? extends C>> kinds) {
        boolean canBeMade =
                Modifier.isPublic(codec.getModifiers())
                        && !Modifier.isAbstract(codec.getModifiers())
                        && List.of(codec.getConstructors()).stream()
                                .anyMatch(constructor -> constructor.getParameterCount() == 0);
        if (!canBeMade) {
            throw new IllegalArgumentException(
                    codec.getName()
                            + " needs a public class, and a public constructor without"
                            + " parameters");
        }
        List<Role<C>> roles = new ArrayList<>(1);
        for (Class<? extends C> kind : kinds) {
            if (kind.isAssignableFrom(codec)) {
                roles.add(new Role<>(kind, GenericTypes.argument(codec, kind)));
            }
        }
        if (roles.isEmpty()) {
            throw new IllegalArgumentException(
                    codec.getName()
                            + " has none of the interfaces "
                            + String.join(", ", kinds.stream().map(Class::getName).toList()));
        }
        return roles;
    }

    /** The same but for a primitive type, which becomes the class of its objects. */
    static Type boxed(Type type) {
        return type instanceof Class<?> plain
                ? MethodType.methodType(plain).wrap().returnType()
                : type;
    }
}
