package io.highwater.endpoint.metadata;

import jakarta.websocket.OnMessage;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The methods of an endpoint class and its superclasses that may be callbacks. A method that
 * overrides an annotated one replaces it, and is a callback only if it is annotated itself (Jakarta
 * WebSocket 4.8). Immutable.
 */
final class AnnotatedMethods {
    private final Class<?> endpoint;

    /** The methods that are not overridden, those of the class itself first. */
    private final List<Method> methods = new ArrayList<>();

    private record Signature(String name, List<Class<?>> types) {
        static Signature of(Method method) {
            return new Signature(method.getName(), List.of(method.getParameterTypes()));
        }
    }

    AnnotatedMethods(Class<?> endpoint) {
        this.endpoint = endpoint;
        Set<Signature> overridden = new HashSet<>();
        for (Class<?> type = endpoint; type != null; type = type.getSuperclass()) {
            List<Method> declared = Arrays.asList(type.getDeclaredMethods());
            for (Method method : declared) {
                if (!method.isSynthetic() && !overridden.contains(Signature.of(method))) {
                    methods.add(method);
                }
            }
            declared.stream()
                    .filter(method -> !method.isSynthetic() || isOfGeneric(method, declared))
                    .map(Signature::of)
                    .forEach(overridden::add);
        }
    }

    /**
     * Whether a bridge method calls another method of this class. (A bridge that only makes a
     * method of a hidden superclass visible overrides nothing.)
     */
    private static boolean isOfGeneric(Method bridge, List<Method> declared) {
        return declared.stream()
                .anyMatch(
                        method ->
                                !method.isSynthetic()
                                        && method.getName().equals(bridge.getName())
                                        && method.getParameterCount()
                                                == bridge.getParameterCount());
    }

    /**
     * @throws IllegalArgumentException if one of the methods can't be called
     */
    List<Method> with(Class<? extends Annotation> annotation) {
        List<Method> with =
                methods.stream().filter(method -> method.isAnnotationPresent(annotation)).toList();
        with.forEach(method -> check(method, annotation));
        return with;
    }

    /**
     * @throws IllegalArgumentException if there are several, or the method can't be called
     */
    @Nullable Method one(Class<? extends Annotation> annotation) {
        List<Method> with = with(annotation);
        if (with.size() > 1) {
            throw new IllegalArgumentException(
                    "@"
                            + annotation.getSimpleName()
                            + " is on more than one method: "
                            + String.join(", ", with.stream().map(Method::getName).toList()));
        }
        return with.isEmpty() ? null : with.get(0);
    }

    private void check(Method method, Class<? extends Annotation> annotation) {
        String name = "@" + annotation.getSimpleName() + " is on " + method.getName() + ", which ";
        if (!Modifier.isPublic(method.getModifiers())) {
            throw new IllegalArgumentException(name + "is not public");
        }
        if (Modifier.isStatic(method.getModifiers())) {
            throw new IllegalArgumentException(name + "is static");
        }
        if (annotation != OnMessage.class
                && method.getReturnType() != void.class
                && method.getReturnType() != Void.class) {
            throw new IllegalArgumentException(name + "returns a value, which is not used");
        }
    }

    Class<?> endpoint() {
        return endpoint;
    }
}
