package io.highwater.endpoint.metadata;

import io.highwater.endpoint.RoleRequiredException;
import io.highwater.endpoint.message.MessageTarget;
import io.highwater.endpoint.message.ReceivingSession;
import io.highwater.handshake.AllowedRoles;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A method of an endpoint class, read once and shared by its sessions: a call supplies the
 * session's own object, path parameters and Session. Immutable.
 */
public final class CallbackMethod implements MessageTarget.Receiver {
    private final MethodHandle method;
    private final List<Argument> arguments;
    private final String name;

    /** Whose messages the method takes; null means everybody's. */
    private final @Nullable AllowedRoles roles;

    /** Supplies the value of a parameter. */
    @FunctionalInterface
    private interface Argument {
        @Nullable Object of(ReceivingSession session, Object[] call) throws PathParamException;
    }

    private CallbackMethod(
            MethodHandle method,
            List<Argument> arguments,
            String name,
            @Nullable AllowedRoles roles) {
        this.name = name;
        this.roles = roles;
        int count = method.type().parameterCount();
        this.method =
                method.asType(MethodType.genericMethodType(count))
                        .asSpreader(Object[].class, count);
        this.arguments = List.copyOf(arguments);
    }

    /**
     * A method that may take a Session and path parameters, and each type of {@code brought} once.
     *
     * @param variables the variables of the endpoint's path
     * @param brought the types of the values that a call supplies, in order
     * @throws IllegalArgumentException if a parameter is not allowed; names it
     */
    static CallbackMethod of(
            Class<?> endpoint, Method method, Set<String> variables, Class<?>... brought) {
        List<Argument> arguments = new ArrayList<>();
        boolean[] taken = new boolean[brought.length];
        boolean session = false;
        for (Parameter parameter : method.getParameters()) {
            Class<?> type = parameter.getType();
            int at = indexOf(type, brought, taken);
            if (parameter.isAnnotationPresent(PathParam.class)) {
                arguments.add(pathParam(method, parameter, variables));
            } else if (at >= 0) {
                taken[at] = true;
                arguments.add((of, call) -> call[at]);
            } else if (type == Session.class && !session) {
                session = true;
                arguments.add((of, call) -> of.jakartaSession());
            } else {
                throw unfit(method, type.getName() + " has no place among its parameters");
            }
        }
        if (RoleAnnotations.has(method) && !method.isAnnotationPresent(OnMessage.class)) {
            throw unfit(
                    method,
                    "roles are for the class, which then refuses handshakes, and for @OnMessage"
                            + " methods, which then refuse messages");
        }
        return new CallbackMethod(
                handle(endpoint, method), arguments, method.getName(), RoleAnnotations.of(method));
    }

    private static int indexOf(Class<?> type, Class<?>[] brought, boolean[] taken) {
        for (int i = 0; i < brought.length; i++) {
            if (brought[i] == type && !taken[i]) {
                return i;
            }
        }
        return -1;
    }

    private static Argument pathParam(Method method, Parameter parameter, Set<String> variables) {
        String name = parameter.getAnnotation(PathParam.class).value();
        Class<?> type = parameter.getType();
        if (!PathVariable.isPossible(type)) {
            throw unfit(
                    method,
                    "@PathParam(\""
                            + name
                            + "\") is a String, a primitive type or its box, not "
                            + type.getName());
        }
        if (variables.contains(name)) {
            return new PathVariable(name, MethodType.methodType(type).wrap().returnType());
        }
        if (type.isPrimitive()) {
            throw unfit(method, "the path has no {" + name + "}, and " + type + " can't be null");
        }
        return (session, call) -> null;
    }

    /** Looked up in the endpoint's own class, because the declaring class may be hidden. */
    private static MethodHandle handle(Class<?> endpoint, Method method) {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(
                            endpoint,
                            method.getName(),
                            MethodType.methodType(
                                    method.getReturnType(), method.getParameterTypes()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(method + " can't be called: " + e.getMessage(), e);
        }
    }

    static IllegalArgumentException unfit(Method method, String why) {
        return new IllegalArgumentException("the method " + method.getName() + ": " + why);
    }

    @Override
    public @Nullable Object receive(ReceivingSession session, Object... message) throws Throwable {
        if (roles != null && !roles.admits(session.principal())) {
            throw new RoleRequiredException(name);
        }
        Object[] values = new Object[arguments.size() + 1];
        values[0] = session.endpoint();
        for (int i = 1; i < values.length; i++) {
            values[i] = arguments.get(i - 1).of(session, message);
        }
        return (Object) method.invokeExact(values);
    }

    /** Whether a path may fail to fit the method's parameters. */
    boolean readsPath() {
        return arguments.stream()
                .anyMatch(own -> own instanceof PathVariable path && path.type != String.class);
    }

    /**
     * @throws PathParamException if a path parameter does not fit its type
     */
    void check(Map<String, String> pathParams) throws PathParamException {
        for (Argument argument : arguments) {
            if (argument instanceof PathVariable path) {
                path.read(pathParams);
            }
        }
    }

    /** The types that Jakarta allows: a String, a primitive type or its boxed form. */
    private record PathVariable(String name, Class<?> type) implements Argument {
        private static final Set<Class<?>> TYPES =
                Set.of(
                        String.class,
                        Integer.class,
                        Long.class,
                        Boolean.class,
                        Double.class,
                        Float.class,
                        Short.class,
                        Byte.class,
                        Character.class);

        static boolean isPossible(Class<?> type) {
            return TYPES.contains(MethodType.methodType(type).wrap().returnType());
        }

        @Override
        public Object of(ReceivingSession session, Object[] call) throws PathParamException {
            return read(session.pathParams());
        }

        Object read(Map<String, String> params) throws PathParamException {
            String value = params.getOrDefault(name, "");
            try {
                return parse(value);
            } catch (IllegalArgumentException e) {
                throw new PathParamException(
                        value, name + " is no " + type.getSimpleName() + ": " + value);
            }
        }

        private Object parse(String value) {
            if (type == String.class) {
                return value;
            } else if (type == Integer.class) {
                return Integer.valueOf(value);
            } else if (type == Long.class) {
                return Long.valueOf(value);
            } else if (type == Boolean.class) {
                return Boolean.valueOf(value);
            } else if (type == Double.class) {
                return Double.valueOf(value);
            } else if (type == Float.class) {
                return Float.valueOf(value);
            } else if (type == Short.class) {
                return Short.valueOf(value);
            } else if (type == Byte.class) {
                return Byte.valueOf(value);
            } else if (value.length() == 1) {
                return value.charAt(0);
            }
            throw new IllegalArgumentException("not one character");
        }
    }
}
