package io.highwater.publish.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer. Immutable as long as no code reads from {@code body}, which is for one reader.
 *
 * @param headers besides those of the body
 * @param body may be of any size; its position is at its begin
 */
public record ApiResponse(
        int status, Map<String, String> headers, String contentType, ByteBuffer body) {
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";

    static ApiResponse json(ByteBuffer json) {
        return new ApiResponse(200, Map.of(), JSON, json);
    }

    /** Problem details of RFC 9457. */
    static ApiResponse of(Problem problem, String detail) {
        return of(problem, detail, null, "");
    }

    /**
     * @param retryAfter when the same request may succeed; null for a problem that stays
     * @param more members, each after a comma
     */
    static ApiResponse of(
            Problem problem, String detail, @Nullable Duration retryAfter, String more) {
        ByteBuffer body = problem.json(detail, more);
        Map<String, String> headers =
                retryAfter == null
                        ? problem.headers()
                        : Map.of("Retry-After", String.valueOf(seconds(retryAfter)));
        return new ApiResponse(problem.status(), headers, PROBLEM, body);
    }

    /** Whole seconds, rounded up, at least one. */
    private static long seconds(Duration time) {
        return Math.max(1, (time.toMillis() + 999) / 1_000);
    }

    /** The body of a request is larger than it may be, or is not sent at all. */
    public static ApiResponse tooLarge(int mostBytes) {
        return of(Problem.TOO_LARGE, "the body may have " + mostBytes + " bytes");
    }

    /** The node has no room for the request. */
    public static ApiResponse noRoom() {
        return of(
                Problem.UNAVAILABLE,
                "the node has no room for this request now",
                Duration.ofSeconds(1),
                "");
    }
}
