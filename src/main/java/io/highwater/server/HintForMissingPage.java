package io.highwater.server;

import io.highwater.wire.jetty.UpgradeHandler;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Placed before the web applications: if none of them has a page (404) and its path is a
 * WebSocket's, {@link WebSocketPath} answers. An application's own answer for such a path, a page
 * or a refusal, stays. Thread-safe.
 */
final class HintForMissingPage extends Handler.Wrapper {
    /** Wraps no handler yet. */
    HintForMissingPage() {}

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!UpgradeHandler.hasWebSocketPath(request) || !asksForPage(request)) {
            return super.handle(request, response, callback);
        }
        if (!super.handle(request, new PageOrHint(request, response), callback)) {
            WebSocketPath.answer(request, response, callback);
        }
        return true;
    }

    private static boolean asksForPage(Request request) {
        return HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod());
    }

    /** Confined to the thread that writes the answer, one at a time. */
    private static final class PageOrHint extends Response.Wrapper {
        private boolean hinted;

        PageOrHint(Request request, Response response) {
            super(request, response);
        }

        @Override
        public void write(boolean last, ByteBuffer content, Callback callback) {
            if (hinted) {
                // The rest of the application's own 404 page.
                callback.succeeded();
            } else if (getStatus() == HttpStatus.NOT_FOUND_404 && !isCommitted()) {
                hinted = true;
                Response page = getWrapped();
                page.reset();
                WebSocketPath.answer(getRequest(), page, callback);
            } else {
                super.write(last, content, callback);
            }
        }
    }
}
