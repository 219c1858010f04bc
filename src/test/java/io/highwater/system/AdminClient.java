package io.highwater.system;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks an admin port. Thread-safe. */
public record AdminClient(int port) {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    int readyStatus() {
        return send(request("/health/ready").build()).statusCode();
    }

    /** What {@code /health/ready?verbose} says. */
    String health() {
        return send(request("/health/ready?verbose").build()).body();
    }

    int liveStatus() {
        return send(request("/health/live").build()).statusCode();
    }

    int drain() {
        return send(request("/drain")
                        .header("X-Highwater-Admin", "1")
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build())
                .statusCode();
    }

    String scrape() {
        return send(request("/metrics").build()).body();
    }

    public Metrics metrics() {
        return Metrics.parse(scrape());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30));
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError("the admin port does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
