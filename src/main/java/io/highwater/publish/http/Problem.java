package io.highwater.publish.http;

import io.highwater.protocol.JsonText;
import java.nio.ByteBuffer;
import java.util.Map;

/** What can go wrong. The code is for programs, the detail for people. */
enum Problem {
    BAD_REQUEST(400, "Bad Request"),
    UNAUTHORIZED(401, "Unauthorized"),
    FORBIDDEN(403, "Forbidden"),
    NOT_FOUND(404, "Not Found"),
    METHOD_NOT_ALLOWED(405, "Method Not Allowed"),
    TOO_LARGE(413, "Content Too Large"),
    UNSUPPORTED_MEDIA_TYPE(415, "Unsupported Media Type"),
    TOO_MANY_REQUESTS(429, "Too Many Requests"),
    INTERNAL_ERROR(500, "Internal Server Error"),
    UNAVAILABLE(503, "Service Unavailable");

    private final int status;
    private final String title;

    Problem(int status, String title) {
        this.status = status;
        this.title = title;
    }

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return this == UNAUTHORIZED ? Map.of("WWW-Authenticate", "Bearer") : Map.of();
    }

    ByteBuffer json(String detail, String more) {
        return new JsonText(128 + detail.length() + more.length())
                .raw("{\"type\":\"about:blank\",\"title\":")
                .string(title)
                .raw(",\"status\":")
                .number(status)
                .raw(",\"code\":")
                .string(name())
                .raw(",\"detail\":")
                .string(detail)
                .raw(more)
                .raw("}")
                .take();
    }
}
