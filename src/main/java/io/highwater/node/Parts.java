package io.highwater.node;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a node has started so far; closes it in the reverse order, all of it, also when the start
 * came to a halt half way. Confined to the starting thread, then to the one that stops.
 */
final class Parts implements AutoCloseable {
    /** A part whose end fails for no reason that anybody could mend. */
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
                    // The JVM throws one OutOfMemoryError more than once.
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
