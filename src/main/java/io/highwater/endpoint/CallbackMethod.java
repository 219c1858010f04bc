package io.highwater.endpoint;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A method of an endpoint class, read once and shared by its sessions: a call brings the session's
 * own object, path parameters and Session. (Jetty binds them to method handles of each session.)
 * Immutable.
 */
final class CallbackMethod implements MessageTarget.Receiver {
    private final MethodHandle method;
    private final Class<?>[] types;
    private final String[] variables;

    /**
     * @param method takes the endpoint, the variables, the Session, then what a call brings
     * @param variables the names of the path's variables, in the order of the method's parameters
     */
    CallbackMethod(MethodHandle method, String[] variables) {
        int count = method.type().parameterCount();
        this.method =
                method.asType(MethodType.genericMethodType(count))
                        .asSpreader(Object[].class, count);
        this.types = method.type().parameterArray();
        this.variables = variables;
    }

    @Override
    public @Nullable Object receive(EndpointSession session, Object... message) throws Throwable {
        Object[] arguments = new Object[types.length];
        arguments[0] = session.endpoint();
        int next = 1;
        for (String variable : variables) {
            arguments[next] = pathParam(session.pathParams(), variable, types[next]);
            next++;
        }
        arguments[next++] = session.jakartaSession();
        System.arraycopy(message, 0, arguments, next, message.length);
        return (Object) method.invokeExact(arguments);
    }

    /**
     * @throws PathParamException a path parameter does not fit its type
     */
    void check(Map<String, String> pathParams) {
        for (int i = 0; i < variables.length; i++) {
            pathParam(pathParams, variables[i], types[1 + i]);
        }
    }

    /** As Jakarta has it: a String, a primitive type or its boxed form. */
    private static Object pathParam(Map<String, String> params, String name, Class<?> type) {
        String value = Objects.requireNonNull(params.get(name), name);
        if (type == String.class) {
            return value;
        }
        Class<?> boxed = MethodType.methodType(type).wrap().returnType();
        try {
            return parse(value, boxed);
        } catch (IllegalArgumentException e) {
            throw new PathParamException(
                    new IllegalArgumentException(
                            name + " is no " + boxed.getSimpleName() + ": " + value, e));
        }
    }

    private static Object parse(String value, Class<?> boxed) {
        if (boxed == Integer.class) {
            return Integer.valueOf(value);
        } else if (boxed == Long.class) {
            return Long.valueOf(value);
        } else if (boxed == Boolean.class) {
            return Boolean.valueOf(value);
        } else if (boxed == Double.class) {
            return Double.valueOf(value);
        } else if (boxed == Float.class) {
            return Float.valueOf(value);
        } else if (boxed == Short.class) {
            return Short.valueOf(value);
        } else if (boxed == Byte.class) {
            return Byte.valueOf(value);
        } else if (boxed == Character.class && value.length() == 1) {
            return value.charAt(0);
        }
        throw new IllegalArgumentException("unfit for a path parameter");
    }
}
