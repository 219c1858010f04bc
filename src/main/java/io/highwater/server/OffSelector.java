package io.highwater.server;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Runs a handler on the server's threads and declares itself non-blocking to Jetty. So the
 * handshakes before it are answered on the selector's thread, and a client that requests page after
 * page holds up no other connection. At most {@value #MOST} requests run or wait for a thread.
 * Thread-safe.
 */
final class OffSelector extends Handler.Wrapper {
    /** A page takes a thread for less than a millisecond. */
    private static final int MOST = 1_000;

    private final Edge edge;
    private final int most;
    private final AtomicInteger running = new AtomicInteger();

    OffSelector(Edge edge, Handler handler) {
        this(edge, handler, MOST);
    }

    OffSelector(Edge edge, Handler handler, int most) {
        super(handler);
        this.edge = edge;
        this.most = most;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (running.incrementAndGet() > most) {
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

    private void run(Request request, Response response, Callback ofJetty) {
        Callback callback = new Written(response, ofJetty);
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

    /**
     * Writes an answer without a body, such as a 304, before its callback completes. Otherwise, if
     * another thread returns from {@code handle} at that moment, Jetty 12.1.14 ends the answer
     * twice and its connection then hangs (HttpChannelState counts the last write as complete
     * before its LastWriteCallback runs). Answers that were begun before are not affected.
     */
    private record Written(Response response, Callback callback) implements Callback {
        @Override
        public void succeeded() {
            if (response.hasLastWrite()) {
                callback.succeeded();
            } else {
                // A last write would add Content-Length 0 to a 304.
                boolean last = !HttpStatus.hasNoBody(response.getStatus());
                response.write(last, BufferUtil.EMPTY_BUFFER, callback);
            }
        }

        @Override
        public void failed(Throwable cause) {
            callback.failed(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return callback.getInvocationType();
        }
    }
}
