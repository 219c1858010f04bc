package io.highwater.endpoint.jetty;

import java.util.concurrent.ExecutorService;
import org.eclipse.jetty.util.VirtualThreads;
import org.jspecify.annotations.Nullable;

/** How Jetty reaches virtual threads, which Java 17 does not name. Stateless. */
public final class JettyThreads {
    private JettyThreads() {}

    /** A virtual thread for each task, named with this prefix; null: the JDK has none. */
    public static @Nullable ExecutorService virtual(String prefix) {
        return VirtualThreads.getNamedVirtualThreadsExecutor(prefix)
                        instanceof ExecutorService service
                ? service
                : null;
    }
}
