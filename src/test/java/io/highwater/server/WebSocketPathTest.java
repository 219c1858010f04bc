package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.RawStreams;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestServer;
import io.highwater.testing.TestSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages' requests for paths of WebSockets. */
@Timeout(60)
final class WebSocketPathTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        URI uri = URI.create("http://" + server.http().getAuthority() + path);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource({"/v1/echo, 426", "/v1/ws, 426", "/v1/chat/room, 426", "/v1/nowhere, 404"})
    void aPlainGetHearsThatItIsAWebSocket(String path, int status) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isEqualTo(status);
        if (status == 426) {
            assertThat(answer.headers().firstValue("Upgrade")).contains("websocket");
            assertThat(answer.body()).startsWith("This is a WebSocket: ");
        }
    }

    @Test
    void overHttp2ThereIsNoUpgrade() throws Exception {
        try (RawStreams streams = RawStreams.connect(server.http())) {
            int stream = streams.get("/v1/echo");
            String body =
                    new String(
                            streams.next(stream, RawStreams.DATA).payload(),
                            StandardCharsets.UTF_8);
            assertThat(body).startsWith("This is a WebSocket: ").contains("RFC 8441");
        }
    }

    /** It is decoded once; what two readers might read differently is refused still. */
    @ParameterizedTest
    @CsvSource({
        "/v1/chat/100%25, 426",
        "/v1/chat/100%2525, 426",
        "/v1/chat/a%2Fb, 400",
        "/v1/chat/%2e%2e, 400",
        "/v1/chat/a%00, 400",
        "/v1/chat/a%5Cb, 400"
    })
    void aPercentSignIsACharacterAsAnyOther(String path, int status) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(status);
    }

    /** What is said of HTTP's connection is not said of what it becomes. */
    @Test
    void aHandshakeThatAsksToCloseOpensAWebSocket() throws Exception {
        try (TestSocket socket =
                SocketOverHttp1.openWith(server.http(), "/v1/echo", "Connection: close")
                        .reading()) {
            socket.text("first");
            assertThat(socket.next(Duration.ofSeconds(60)).text()).isEqualTo("first");
        }
    }
}
