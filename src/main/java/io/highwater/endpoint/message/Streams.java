package io.highwater.endpoint.message;

import io.highwater.endpoint.jetty.MessageSinks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The methods of one session that read their message from a stream. They run on a thread of their
 * own, beside the session's run, which must keep reading for them. This class guarantees that the
 * session's end is reported after they have returned. Thread-safe.
 */
final class Streams {
    private final ReceivingSession session;
    private final ReentrantLock running = new ReentrantLock();

    /** Confined to the session's run. */
    private final List<MessageSinks.Sink> sinks = new ArrayList<>(2);

    /** Guarded by running. */
    private boolean over;

    Streams(ReceivingSession session) {
        this.session = session;
    }

    void track(MessageSinks.Sink sink) {
        sinks.add(sink);
    }

    void forget(MessageSinks.Sink sink) {
        sinks.remove(sink);
    }

    /**
     * Calls a method that reads a stream. The session handles what the method throws, because
     * Jetty's sinks would report it once for each frame that is still to come, or not at all.
     */
    void call(ReceivingSession.Callback method) {
        running.lock();
        try {
            if (!over) {
                session.inRequest(method);
            }
        } catch (Throwable thrown) {
            session.survives(thrown);
        } finally {
            running.unlock();
        }
    }

    /** Fails what a method waits for with {@code cause}; returns when the method has returned. */
    void end(IOException cause) {
        sinks.forEach(sink -> sink.fail(cause));
        running.lock();
        over = true;
        running.unlock();
    }
}
