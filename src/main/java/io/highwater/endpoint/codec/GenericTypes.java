package io.highwater.endpoint.codec;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Resolves generic types, as far as messages and their codecs need it. */
public final class GenericTypes {
    private GenericTypes() {}

    /**
     * The type argument that {@code type} gives to the first parameter of {@code generic}, which it
     * extends or implements; a {@link TypeVariable} if it gives none.
     */
    public static Type argument(Class<?> type, Class<?> generic) {
        Type as = supertype(type, generic);
        if (as == null) {
            throw new IllegalArgumentException(type.getName() + " is no " + generic.getName());
        }
        return as instanceof ParameterizedType known
                ? known.getActualTypeArguments()[0]
                : generic.getTypeParameters()[0];
    }

    /** Resolves a type that {@code declarer} wrote, as seen from its subclass {@code by}. */
    public static Type resolve(Type written, Class<?> declarer, Class<?> by) {
        Type as = supertype(by, declarer);
        return as == null ? written : substitute(written, arguments(as));
    }

    /** The class of a type; for a variable, the class of its bound. */
    public static Class<?> raw(Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        } else if (type instanceof ParameterizedType known) {
            return raw(known.getRawType());
        } else if (type instanceof GenericArrayType array) {
            return raw(array.getGenericComponentType()).arrayType();
        } else if (type instanceof WildcardType wildcard) {
            return raw(wildcard.getUpperBounds()[0]);
        }
        return raw(((TypeVariable<?>) type).getBounds()[0]);
    }

    /**
     * Whether a {@code from} may be passed where a {@code to} is expected; raw types always fit.
     */
    static boolean isAssignable(Type to, Type from) {
        if (to instanceof ParameterizedType wanted) {
            Type as = supertype(from, raw(wanted));
            return as != null
                    && (!(as instanceof ParameterizedType given)
                            || contain(
                                    wanted.getActualTypeArguments(),
                                    given.getActualTypeArguments()));
        }
        Type component = componentOf(from);
        if (to instanceof GenericArrayType wanted && component != null) {
            return isAssignable(wanted.getGenericComponentType(), component);
        }
        return raw(to).isAssignableFrom(raw(from));
    }

    private static @Nullable Type componentOf(Type array) {
        return array instanceof GenericArrayType generic
                ? generic.getGenericComponentType()
                : raw(array).getComponentType();
    }

    private static boolean contain(Type[] wanted, Type[] given) {
        for (int i = 0; i < wanted.length; i++) {
            if (!contains(wanted[i], given[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean contains(Type wanted, Type given) {
        if (!(wanted instanceof WildcardType wildcard)) {
            return isSame(wanted, given);
        }
        return Arrays.stream(wildcard.getUpperBounds()).allMatch(to -> isAssignable(to, given))
                && Arrays.stream(wildcard.getLowerBounds())
                        .allMatch(from -> isAssignable(given, from));
    }

    private static boolean isSame(Type one, Type other) {
        if (one instanceof ParameterizedType a && other instanceof ParameterizedType b) {
            return a.getRawType().equals(b.getRawType())
                    && areSame(a.getActualTypeArguments(), b.getActualTypeArguments());
        } else if (one instanceof GenericArrayType a && other instanceof GenericArrayType b) {
            return isSame(a.getGenericComponentType(), b.getGenericComponentType());
        } else if (one instanceof WildcardType a && other instanceof WildcardType b) {
            return areSame(a.getUpperBounds(), b.getUpperBounds())
                    && areSame(a.getLowerBounds(), b.getLowerBounds());
        }
        return one.equals(other);
    }

    private static boolean areSame(Type[] some, Type[] others) {
        boolean same = some.length == others.length;
        for (int i = 0; same && i < some.length; i++) {
            same = isSame(some[i], others[i]);
        }
        return same;
    }

    /** The {@code target} type that {@code type} extends or implements, or null if it does not. */
    private static @Nullable Type supertype(Type type, Class<?> target) {
        Class<?> plain = raw(type);
        if (plain == target) {
            return type;
        }
        if (!target.isAssignableFrom(plain)) {
            return null;
        }
        List<Type> parents = new ArrayList<>(List.of(plain.getGenericInterfaces()));
        if (plain.getGenericSuperclass() != null) {
            parents.add(plain.getGenericSuperclass());
        }
        for (Type parent : parents) {
            Type found = supertype(substitute(parent, arguments(type)), target);
            if (found != null) {
                return found;
            }
        }
        return target; // For arrays, and for interfaces, which are Objects.
    }

    private static Map<TypeVariable<?>, Type> arguments(Type type) {
        if (!(type instanceof ParameterizedType known)) {
            return Map.of();
        }
        TypeVariable<?>[] variables = raw(known).getTypeParameters();
        Map<TypeVariable<?>, Type> arguments = new HashMap<>();
        for (int i = 0; i < variables.length; i++) {
            arguments.put(variables[i], known.getActualTypeArguments()[i]);
        }
        return arguments;
    }

    private static Type substitute(Type type, Map<TypeVariable<?>, Type> arguments) {
        if (type instanceof TypeVariable<?>) {
            return arguments.getOrDefault(type, type);
        } else if (type instanceof ParameterizedType known) {
            return new Parameterized(
                    known.getRawType(),
                    known.getOwnerType(),
                    substitute(known.getActualTypeArguments(), arguments));
        } else if (type instanceof GenericArrayType array) {
            Type component = substitute(array.getGenericComponentType(), arguments);
            return component instanceof Class<?> plain ? plain.arrayType() : new Array(component);
        } else if (type instanceof WildcardType wildcard) {
            return new Wildcard(
                    substitute(wildcard.getUpperBounds(), arguments),
                    substitute(wildcard.getLowerBounds(), arguments));
        }
        return type;
    }

    private static List<Type> substitute(Type[] types, Map<TypeVariable<?>, Type> arguments) {
        return Arrays.stream(types).map(type -> substitute(type, arguments)).toList();
    }

    private record Parameterized(Type rawType, @Nullable Type ownerType, List<Type> arguments)
            implements ParameterizedType {
        @Override
        public Type[] getActualTypeArguments() {
            return arguments.toArray(Type[]::new);
        }

        @Override
        public Type getRawType() {
            return rawType;
        }

        @Override
        public @Nullable Type getOwnerType() {
            return ownerType;
        }

        @Override
        public String toString() {
            return arguments.stream()
                    .map(Type::getTypeName)
                    .collect(Collectors.joining(", ", rawType.getTypeName() + "<", ">"));
        }
    }

    private record Array(Type component) implements GenericArrayType {
        @Override
        public Type getGenericComponentType() {
            return component;
        }

        @Override
        public String toString() {
            return component.getTypeName() + "[]";
        }
    }

    private record Wildcard(List<Type> upper, List<Type> lower) implements WildcardType {
        @Override
        public Type[] getUpperBounds() {
            return upper.toArray(Type[]::new);
        }

        @Override
        public Type[] getLowerBounds() {
            return lower.toArray(Type[]::new);
        }
    }
}
