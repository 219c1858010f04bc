package io.highwater.deployment;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Asks a node as the kubelet, Prometheus and clients do: not over loopback. Thread-safe. */
record PodClient(InetAddress address, int adminPort) {
    private static final Duration GUARD = Duration.ofSeconds(60);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** An address of this machine that isn't loopback; a machine with tests has a network. */
    static InetAddress outerAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress())
                .findFirst()
                .orElseThrow(() -> new AssertionError("only loopback addresses here"));
    }

    HttpResponse<String> get(String path) {
        URI uri = URI.create("http://" + address.getHostAddress() + ":" + adminPort + path);
        try {
            return CLIENT.send(
                    HttpRequest.newBuilder(uri).timeout(GUARD).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError("the admin port does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** An answer's status line. */
    record Answer(String line) {
        int statusCode() {
            return Integer.parseInt(line.split(" ")[1]);
        }
    }

    /** With a loopback Host, which Java's client can't send: only the token is in question. */
    Answer drain(String token) throws IOException {
        try (Socket socket = new Socket(address, adminPort)) {
            socket.setSoTimeout((int) GUARD.toMillis());
            String request =
                    "POST /drain HTTP/1.1\r\nHost: localhost\r\nX-Highwater-Admin: 1\r\n"
                            + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n")
                            + "Content-Length: 0\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return new Answer(answer.lines().findFirst().orElse("no answer at all"));
        }
    }

    /** A WebSocket to the echo endpoint. */
    OpenSession open(int port) throws Exception {
        OpenSession session = new OpenSession();
        URI uri = URI.create("ws://" + address.getHostAddress() + ":" + port + "/v1/echo");
        session.socket =
                CLIENT.newWebSocketBuilder()
                        .buildAsync(uri, session)
                        .get(GUARD.toSeconds(), TimeUnit.SECONDS);
        return session;
    }

    /** It answers the server's Close by itself. */
    static final class OpenSession implements WebSocket.Listener, AutoCloseable {
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private WebSocket socket;

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
            closed.complete(code);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            closed.completeExceptionally(error);
        }

        /** Blocks until the server closes. */
        int closeCode() throws Exception {
            return closed.get(60, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            socket.abort();
        }
    }
}
