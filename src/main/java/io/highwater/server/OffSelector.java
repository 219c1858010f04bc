package io.highwater.server;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Runs a handler on the server's threads, and lets Jetty know that it need not: so the handshakes
 * before it are answered on the selector's, and a client that asks for page after page holds up no
 * other connection. No more than {@value #MOST} run or wait for a thread. Thread-safe.
 */
final class OffSelector extends Handler.Wrapper {
    /** A page takes a thread for less than a millisecond. */
    static final int MOST = 1_000;

    private final Edge edge;
    private final AtomicInteger running = new AtomicInteger();

    OffSelector(Edge edge, Handler handler) {
        super(handler);
        this.edge = edge;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (running.incrementAndGet() > MOST) {
            running.decrementAndGet();
            PlainRequests.refuse(edge, request, response, callback);
            return true;
        }
        try {
            request.getComponents().getExecutor().execute(() -> run(request, response, callback));
        } catch (RejectedExecutionException e) {
            running.decrementAndGet();
            throw e;
        }
        return true;
    }

    private void run(Request request, Response response, Callback callback) {
        try {
            if (!super.handle(request, response, callback)) {
                Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
            }
        } catch (Throwable e) {
            Response.writeError(request, response, callback, e);
        } finally {
            running.decrementAndGet();
        }
    }
}
