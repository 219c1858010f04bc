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
 * Writes every HTTP error answer that none of our rules wrote: the status and its standard words,
 * as JSON if the client asks for it, or else as text. No cause, no stack, no version. Immutable.
 */
final class ErrorPage implements Request.Handler {
    private final Format preferred;

    /** The format for a client that does not ask for one. */
    enum Format {
        TEXT,
        JSON,

        /** Problem details of RFC 9457, whatever the client asks for. */
        PROBLEM
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
        Format format = format(request);
        String body =
                switch (format) {
                    case TEXT -> status + " " + words + "\n";
                    case JSON -> "{\"status\":" + status + ",\"error\":\"" + words + "\"}\n";
                    case PROBLEM ->
                            "{\"type\":\"about:blank\",\"title\":\""
                                    + words
                                    + "\",\"status\":"
                                    + status
                                    + "}\n";
                };
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        response.getHeaders()
                .put(
                        HttpHeader.CONTENT_TYPE,
                        switch (format) {
                            case TEXT -> "text/plain; charset=utf-8";
                            case JSON -> "application/json";
                            case PROBLEM -> "application/problem+json";
                        });
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
        if (accept == null || accept.equals("*/*") || preferred == Format.PROBLEM) {
            return preferred;
        }
        return accept.contains("application/json") ? Format.JSON : Format.TEXT;
    }
}
