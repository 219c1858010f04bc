package io.highwater.endpoint.codec;

import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/** What encoders and decoders have in common at deployment. Stateless. */
final class Codecs {
    private Codecs() {}

    /** An interface that a codec's class implements, with its type argument. */
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
     * @throws IllegalArgumentException if it can't be instantiated, or implements none of {@code
     *     kinds}
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

    /** The type itself, or for a primitive type its wrapper class. */
    static Type boxed(Type type) {
        return type instanceof Class<?> plain
                ? MethodType.methodType(plain).wrap().returnType()
                : type;
    }
}
