package io.highwater.wire.jetty;

import static io.highwater.testing.RawStreams.RST_STREAM;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.Highwater;
import io.highwater.testing.RawStreams;
import io.highwater.testing.TestServer;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A handshake that was let in and comes to nothing gives its place back. */
class UpgradeLeaseTest {
    private static final int PLACES = 3;
    private static final int CANCEL = 8;

    private static TestServer server() {
        return TestServer.start(
                Map.of(
                        "highwater.handshake.max-connections",
                        String.valueOf(PLACES),
                        "highwater.handshake.max-connections-per-ip",
                        String.valueOf(PLACES)));
    }

    /** The status of an opening handshake, whose connection is closed then. */
    private static String status(URI server, String... headers) throws IOException {
        return status(server, "/v1/echo", headers);
    }

    private static String status(URI server, String path, String[] headers) throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            String head =
                    "GET "
                            + path
                            + " HTTP/1.1\r\nHost: "
                            + server.getAuthority()
                            + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                            + String.join("", java.util.Arrays.asList(headers))
                            + "\r\n";
            socket.getOutputStream().write(head.getBytes(US_ASCII));
            socket.setSoTimeout(10_000);
            String line =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))
                            .readLine();
            return line == null ? "nothing" : line.split(" ")[1];
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n"})
    void aHandshakeThatAnnouncesABodyIsRefused(String body) throws IOException {
        try (TestServer server = server()) {
            for (int i = 0; i < 2 * PLACES; i++) {
                assertThat(status(server.http(), body)).isEqualTo("400");
            }
            assertThat(status(server.http(), "Content-Length: 0\r\n")).isEqualTo("101");
        }
    }

    @Test
    void aStreamThatIsCancelledWhileItIsLetInKeepsNoPlace() throws IOException {
        try (TestServer server = server()) {
            for (int i = 0; i < 200; i++) {
                try (RawStreams client = RawStreams.connect(server.http())) {
                    int stream = client.request("/v1/echo", "13");
                    client.write(RST_STREAM, 0, stream, new byte[] {0, 0, 0, CANCEL});
                }
            }
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThatAllPlacesAreFree(server.http()));
        }
    }

    private static void assertThatAllPlacesAreFree(URI server) throws IOException {
        try (RawStreams client = RawStreams.connect(server)) {
            for (int i = 0; i < PLACES; i++) {
                int stream = client.open("/v1/echo");
                client.sendText(stream, "let in");
                assertThat(client.nextMessage(stream)).isEqualTo("let in");
            }
        }
    }

    /** An answer larger than Jetty writes: 500 in its place, and no WebSocket behind it. */
    @Test
    void anUpgradeWhoseAnswerCanNotBeWrittenKeepsNoPlace() throws Exception {
        ServerEndpointConfig config =
                ServerEndpointConfig.Builder.create(Opened.class, "/large")
                        .configurator(new LargeAnswer())
                        .build();
        Opened.COUNT.set(0);
        try (Highwater node =
                Highwater.builder()
                        .port(0)
                        .adminPort(0)
                        .maxConnections(PLACES, PLACES)
                        .endpoint(config)
                        .start()) {
            URI server = URI.create("http://127.0.0.1:" + node.port());
            for (int i = 0; i < 2 * PLACES; i++) {
                assertThat(status(server, "/large", new String[0])).isEqualTo("500");
            }
            assertThat(Opened.COUNT).hasValue(0);
        }
    }

    /** Counts its openings. Public and static, for the container. */
    public static final class Opened extends Endpoint {
        static final AtomicInteger COUNT = new AtomicInteger();

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            COUNT.incrementAndGet();
        }
    }

    private static final class LargeAnswer extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(
                ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            response.getHeaders().put("X-Large", List.of("x".repeat(40_000)));
        }
    }
}
