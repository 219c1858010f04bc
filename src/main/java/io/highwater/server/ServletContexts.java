package io.highwater.server;

import io.highwater.handshake.Visitor;
import io.highwater.wire.jetty.ContextGate;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.jspecify.annotations.Nullable;

/**
 * The gate of a servlet context. Servlets and their handlers are classes of the context's
 * environment, which the server can't see, so this class uses reflection. Stateless.
 */
final class ServletContexts {
    private static final String NAME = "highwater";

    /** The handlers that every context has. */
    private static final Set<String> SERVLET_HANDLERS =
            Set.of(
                    "org.eclipse.jetty.ee10.servlet.SessionHandler",
                    "org.eclipse.jetty.ee10.servlet.ServletHandler");

    /** Authorizations and transports of constraints that allow every request. */
    private static final Set<String> OPEN = Set.of("INHERIT", "ALLOWED", "ANY");

    private ServletContexts() {}

    /** Null for a context without servlets. */
    static @Nullable ContextGate gate(ContextHandler context) {
        Method servlets = method(context.getClass(), "getServletHandler");
        if (servlets == null) {
            // Contexts of older environments keep their servlets elsewhere.
            return context.getClass().getName().startsWith("org.eclipse.jetty.ee")
                    ? new ContextGate(context, true, ServletContexts::refuse)
                    : null;
        }
        Object handler = Objects.requireNonNull(call(servlets, context));
        return new ContextGate(
                context,
                hasFilters(handler)
                        || hasConstraints(context)
                        || !context.getVirtualHosts().isEmpty()
                        || hasHandlers(context),
                () -> addLast(handler));
    }

    private static void refuse() {
        throw new IllegalStateException(
                "the constraints and filters of its web application would not apply to it: deploy it"
                        + " for Jakarta EE 10");
    }

    private static boolean hasFilters(Object handler) {
        Object mappings = get(handler, "getFilterMappings");
        return mappings != null && Array.getLength(mappings) > 0;
    }

    /** Whether handlers of its own are before the servlets, which may refuse any request. */
    private static boolean hasHandlers(ContextHandler context) {
        Object security = get(context, "getSecurityHandler");
        Handler handler = context.getHandler();
        while (handler != null) {
            if (handler != security && !SERVLET_HANDLERS.contains(handler.getClass().getName())) {
                return true;
            }
            handler = handler instanceof Handler.Singleton single ? single.getHandler() : null;
        }
        return false;
    }

    private static boolean hasConstraints(ContextHandler context) {
        Object security = get(context, "getSecurityHandler");
        if (security == null) {
            return false;
        }
        if (method(security.getClass(), "getConstraintMappings") == null) {
            return true; // Not made from the descriptor: its rules can't be read.
        }
        return Boolean.TRUE.equals(get(security, "isDenyUncoveredHttpMethods"))
                || (get(security, "getConstraintMappings") instanceof Collection<?> mappings
                        && mappings.stream().anyMatch(ServletContexts::keepsOut));
    }

    /**
     * Whether the constraint may refuse a GET; those of every context, which forbid TRACE, do not.
     */
    private static boolean keepsOut(Object mapping) {
        Object method = get(mapping, "getMethod");
        Object omitted = get(mapping, "getMethodOmissions");
        if ((method != null && !method.equals("GET"))
                || (omitted != null && List.of((Object[]) omitted).contains("GET"))) {
            return false;
        }
        Object constraint = Objects.requireNonNull(get(mapping, "getConstraint"));
        return !OPEN.contains(String.valueOf(get(constraint, "getAuthorization")))
                || !OPEN.contains(String.valueOf(get(constraint, "getTransport")));
    }

    /** Adds the filter after all others, by path and by servlet name: just before any servlet. */
    private static void addLast(Object handler) {
        try {
            Method addMapping = named(handler.getClass(), "addFilterMapping");
            Class<?> mappingType = addMapping.getParameterTypes()[0];
            Method add = only(handler.getClass(), "addFilter", "FilterHolder");
            Class<?> holderType = add.getParameterTypes()[0];
            Object holder = holder(holderType);
            call(holderType.getMethod("setName", String.class), holder, NAME);
            call(holderType.getMethod("setAsyncSupported", boolean.class), holder, true);
            call(add, handler, holder);
            Object mapping = mappingType.getConstructor().newInstance();
            call(mappingType.getMethod("setFilterName", String.class), mapping, NAME);
            call(mappingType.getMethod("setServletName", String.class), mapping, "*");
            Object before = get(handler, "getFilterMappings");
            int count = before == null ? 0 : Array.getLength(before);
            Object all = Array.newInstance(mappingType, count + 1);
            // Of the filters for every servlet, the first is the innermost.
            Array.set(all, 0, mapping);
            if (before != null) {
                System.arraycopy(before, 0, all, 1, count);
            }
            call(named(handler.getClass(), "setFilterMappings"), handler, all);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "the constraints and filters of its web application can't apply to it: " + e,
                    e);
        }
    }

    private static Object holder(Class<?> holderType) throws ReflectiveOperationException {
        for (Constructor<?> constructor : holderType.getConstructors()) {
            Class<?>[] types = constructor.getParameterTypes();
            if (types.length == 1 && types[0].getSimpleName().equals("Filter")) {
                Object filter =
                        Proxy.newProxyInstance(
                                types[0].getClassLoader(),
                                new Class<?>[] {types[0]},
                                new LastFilter());
                return constructor.newInstance(filter);
            }
        }
        throw new NoSuchMethodException(holderType.getName() + " takes no Filter");
    }

    /** Implements jakarta.servlet.Filter. */
    private static final class LastFilter implements InvocationHandler {
        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
                throws Throwable {
            switch (method.getName()) {
                case "doFilter":
                    doFilter(Objects.requireNonNull(arguments));
                    return null;
                case "equals":
                    return arguments != null && proxy == arguments[0];
                case "hashCode":
                    return System.identityHashCode(proxy);
                case "toString":
                    return NAME;
                default:
                    return null;
            }
        }

        private static void doFilter(Object[] arguments) throws Throwable {
            Object request = arguments[0];
            // For an error page or a login form, the request is not the one that the client sent.
            if (get(request, "getAttribute", ContextGate.PASSAGE)
                            instanceof ContextGate.Passage passage
                    && String.valueOf(get(request, "getDispatcherType")).equals("REQUEST")) {
                passage.pass(() -> new ServletVisitor(request));
                return;
            }
            Object chain = arguments[2];
            Method next = named(chain.getClass(), "doFilter");
            try {
                next.invoke(chain, request, arguments[1]);
            } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
            }
        }
    }

    /** The visitor as the last filter sees the request, with the wrappers that the others added. */
    private record ServletVisitor(Object request) implements Visitor {
        @Override
        public @Nullable Principal principal() {
            return (Principal) get(request, "getUserPrincipal");
        }

        @Override
        public boolean isInRole(String role) {
            return Boolean.TRUE.equals(get(request, "isUserInRole", role));
        }

        @Override
        public @Nullable Object httpSession() {
            try {
                return call(
                        publicMethod(request.getClass(), "getSession", boolean.class),
                        request,
                        false);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static @Nullable Object get(Object object, String name, String... arguments) {
        Class<?>[] types = new Class<?>[arguments.length];
        Arrays.fill(types, String.class);
        try {
            return call(publicMethod(object.getClass(), name, types), object, (Object[]) arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable Method method(Class<?> type, String name) {
        try {
            return publicMethod(type, name);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /**
     * The method as a public class or interface declares it, so that it can be called from here.
     */
    private static Method publicMethod(Class<?> type, String name, Class<?>... types)
            throws NoSuchMethodException {
        Method method = type.getMethod(name, types);
        return Modifier.isPublic(method.getDeclaringClass().getModifiers())
                ? method
                : inherited(type, method);
    }

    private static Method inherited(Class<?> type, Method method) throws NoSuchMethodException {
        for (Class<?> t = type; t != null; t = t.getSuperclass()) {
            for (Class<?> face : t.getInterfaces()) {
                try {
                    return face.getMethod(method.getName(), method.getParameterTypes());
                } catch (NoSuchMethodException e) {
                    continue;
                }
            }
        }
        throw new NoSuchMethodException(method.toString());
    }

    private static Method named(Class<?> type, String name) throws NoSuchMethodException {
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name)) {
                return publicMethod(type, name, method.getParameterTypes());
            }
        }
        throw new NoSuchMethodException(type.getName() + "." + name);
    }

    private static Method only(Class<?> type, String name, String parameter)
            throws NoSuchMethodException {
        for (Method method : type.getMethods()) {
            Class<?>[] types = method.getParameterTypes();
            if (method.getName().equals(name)
                    && types.length == 1
                    && types[0].getSimpleName().equals(parameter)) {
                return method;
            }
        }
        throw new NoSuchMethodException(type.getName() + "." + name);
    }

    private static @Nullable Object call(Method method, Object on, Object... arguments) {
        try {
            return method.invoke(on, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
