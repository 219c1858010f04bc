package io.highwater.endpoint;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.websocket.core.util.MethodHolder;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's method with the arguments that a session has bound so far. The method handle is
 * adapted once per method and shared; a session pays an array. (Jetty's own holder makes a chain of
 * bound method handles per session.) Confined to one session.
 */
final class CallbackMethod implements MethodHolder {
    private static final Object UNBOUND = new Object();

    private final Shape shape;
    private final Object[] arguments;

    private CallbackMethod(Shape shape, Object[] arguments) {
        this.shape = shape;
        this.arguments = arguments;
    }

    /** The adapted methods of one endpoint class. Thread-safe. */
    static final class Shapes {
        private final Map<MethodHandle, Shape> shapes = new ConcurrentHashMap<>();

        @Nullable MethodHolder holder(@Nullable MethodHandle method) {
            if (method == null) {
                return null;
            }
            Shape shape = shapes.computeIfAbsent(method, Shape::new);
            Object[] arguments = new Object[shape.type.parameterCount()];
            Arrays.fill(arguments, UNBOUND);
            return new CallbackMethod(shape, arguments);
        }
    }

    private static final class Shape {
        private final MethodHandle generic;
        private final MethodType type;

        Shape(MethodHandle method) {
            type = method.type();
            int count = type.parameterCount();
            generic =
                    method.asType(MethodType.genericMethodType(count))
                            .asSpreader(Object[].class, count);
        }
    }

    @Override
    public MethodHolder bindTo(Object argument, int index) {
        arguments[unbound(index)] = argument;
        return this;
    }

    @Override
    public Class<?> parameterType(int index) {
        return shape.type.parameterType(unbound(index));
    }

    @Override
    public Class<?> returnType() {
        return shape.type.returnType();
    }

    @Override
    public Object invoke(Object... rest) throws Throwable {
        Object[] all = arguments;
        if (rest.length > 0) {
            all = arguments.clone();
            int next = 0;
            for (int i = 0; i < all.length; i++) {
                if (all[i] == UNBOUND) {
                    all[i] = rest[next++];
                }
            }
        }
        return (Object) shape.generic.invokeExact(all);
    }

    private int unbound(int index) {
        int left = index;
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] == UNBOUND && left-- == 0) {
                return i;
            }
        }
        throw new IndexOutOfBoundsException("no unbound argument " + index + " of " + shape.type);
    }
}
