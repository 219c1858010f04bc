package io.highwater.wire.jetty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.handshake.Visitor;
import io.highwater.wire.Gate;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The way through a web application's context: its security handler and its filters, up to a last
 * filter of ours, which calls {@link Passage#pass}. Thread-safe.
 */
public final class ContextGate implements Gate {
    /** The request's attribute that holds the {@link Passage}. */
    public static final String PASSAGE = Passage.class.getName();

    private final Request.Handler context;
    private final boolean guarded;
    private final Runnable lastFilter;

    @GuardedBy("this")
    private boolean open;

    /**
     * @param lastFilter adds the last filter to the context
     */
    public ContextGate(Request.Handler context, boolean guarded, Runnable lastFilter) {
        this.context = context;
        this.guarded = guarded;
        this.lastFilter = lastFilter;
    }

    @Override
    public boolean isGuarded() {
        return guarded;
    }

    @Override
    public synchronized void open() {
        if (!open) {
            lastFilter.run();
            open = true;
        }
    }

    /** Called by the last filter, once, if the request got that far. */
    public interface Passage {
        /**
         * @param visitor valid until this returns
         */
        void pass(Supplier<Visitor> visitor);
    }

    /**
     * Sends a handshake through the context.
     *
     * @return false if the context did not take it
     */
    boolean enter(Request request, Response response, Callback callback, Passage passage)
            throws Exception {
        request.setAttribute(PASSAGE, passage);
        return context.handle(new AsGet(request), response, callback);
    }

    /** Constraints for GET are meant for both kinds of handshakes. */
    private static final class AsGet extends Request.Wrapper {
        AsGet(Request request) {
            super(request);
        }

        @Override
        public String getMethod() {
            return "GET";
        }
    }
}
