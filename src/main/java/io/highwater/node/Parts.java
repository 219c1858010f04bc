package io.highwater.node;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The parts that a node has started so far. Closes all of them in reverse order, also if the start
 * failed half way. Confined to the starting thread, then to the stopping thread.
 */
final class Parts implements AutoCloseable {
    /** Closes one part; throws no checked exception. */
    @FunctionalInterface
    interface Closing {
        void close();
    }

    private final Deque<Closing> closings = new ArrayDeque<>();

    /** Remembers how to close {@code part}, and returns it. */
    <T> T add(T part, Closing closing) {
        closings.push(closing);
        return part;
    }

    /** Does nothing the second time. */
    @Override
    public void close() {
        Throwable first = null;
        while (!closings.isEmpty()) {
            try {
                closings.pop().close();
            } catch (RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else if (first != e) {
                    // The check is for the OutOfMemoryError that the JVM throws repeatedly.
                    first.addSuppressed(e);
                }
            }
        }
        if (first instanceof Error error) {
            throw error;
        } else if (first instanceof RuntimeException failure) {
            throw failure;
        }
    }
}
