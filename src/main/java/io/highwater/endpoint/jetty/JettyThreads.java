package io.highwater.endpoint.jetty;

import java.util.concurrent.ExecutorService;
import org.eclipse.jetty.util.VirtualThreads;
import org.jspecify.annotations.Nullable;

/** Reaches virtual threads through Jetty, because Java 17 has no API for them. Stateless. */
public final class JettyThreads {
    private JettyThreads() {}

    /** Runs each task on a virtual thread named with this prefix; null if the JDK has none. */
    public static @Nullable ExecutorService virtual(String prefix) {
        return VirtualThreads.getNamedVirtualThreadsExecutor(prefix)
                        instanceof ExecutorService service
                ? service
                : null;
    }
}
