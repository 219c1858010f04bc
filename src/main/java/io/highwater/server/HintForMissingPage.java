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
 * In front of web applications: a page that none of them has (404) and whose path is a WebSocket's
 * is answered as {@link WebSocketPath} has it. What an application has to say of such a path
 * itself, a page as a refusal, stands. Thread-safe.
 */
final class HintForMissingPage extends Handler.Wrapper {
    /** In front of nothing yet. */
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

    /** Confined to whoever writes the answer, one at a time. */
    private static final class PageOrHint extends Response.Wrapper {
        private boolean hinted;

        PageOrHint(Request request, Response response) {
            super(request, response);
        }

        @Override
        public void write(boolean last, ByteBuffer content, Callback callback) {
            if (hinted) {
                // The rest of the application's own page for what it doesn't have.
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
