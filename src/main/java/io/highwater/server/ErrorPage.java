package io.highwater.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Every HTTP error answer that no rule of ours wrote: status and its standard words, as JSON for
 * who asks for it or as text. No cause, no stack, no version. Immutable.
 */
final class ErrorPage implements Request.Handler {
    private final Format preferred;

    /** What to answer a client that doesn't say. */
    enum Format {
        TEXT,
        JSON
    }

    ErrorPage(Format preferred) {
        this.preferred = preferred;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = status(request, response);
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        SecurityHeaders.put(response.getHeaders(), null);
        if (HttpStatus.hasNoBody(status)) {
            callback.succeeded();
            return true;
        }
        String words = HttpStatus.getMessage(status);
        boolean json = format(request) == Format.JSON;
        String body =
                json
                        ? "{\"status\":" + status + ",\"error\":\"" + words + "\"}\n"
                        : status + " " + words + "\n";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        response.getHeaders()
                .put(
                        HttpHeader.CONTENT_TYPE,
                        json ? "application/json" : "text/plain; charset=utf-8");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        response.write(true, ByteBuffer.wrap(bytes), callback);
        return true;
    }

    private static int status(Request request, Response response) {
        if (request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof HttpException http) {
            return http.getCode();
        }
        int status = response.getStatus();
        return status < 400 ? HttpStatus.INTERNAL_SERVER_ERROR_500 : status;
    }

    private Format format(Request request) {
        String accept = request.getHeaders().get(HttpHeader.ACCEPT);
        if (accept == null || accept.equals("*/*")) {
            return preferred;
        }
        return accept.contains("application/json") ? Format.JSON : Format.TEXT;
    }
}
