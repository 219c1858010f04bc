package io.highwater;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.session.Sessions;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestSocket;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node without its demo has what a team deployed, and the channels. */
final class DemoTest {
    private static final Duration GUARD = Duration.ofSeconds(60);
    private static final List<String> DEMO = List.of("/", "/app.js", "/v1/echo", "/v1/chat/room");

    @ServerEndpoint("/teams-own")
    public static class TeamsOwn {
        @OnMessage
        public String onText(String text) {
            return text;
        }
    }

    private static HighwaterBuilder builder() {
        return Highwater.builder()
                .port(0)
                .adminPort(0)
                .drainWindow(Duration.ZERO)
                .bean(TeamsOwn.class);
    }

    private static int status(URI node, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(node.resolve(path)).build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void withoutItThePageAndItsEndpointsAreNotFound() throws Exception {
        try (Highwater node = builder().withoutDemo().start()) {
            URI uri = URI.create("http://127.0.0.1:" + node.port());
            for (String path : DEMO) {
                assertThat(status(uri, path)).as(path).isEqualTo(404);
            }
            try (TestSocket own = SocketOverHttp1.open(uri, "/teams-own", null).reading();
                    TestSocket channels =
                            SocketOverHttp1.open(uri, Sessions.PATH, Sessions.SUBPROTOCOL)
                                    .reading()) {
                own.text("a");
                assertThat(own.next(GUARD).text()).isEqualTo("a");
                channels.text("{\"type\":\"hello\",\"client\":\"a\"}");
                assertThat(channels.next(GUARD).text()).contains("\"welcome\"");
            }
        }
    }

    @Test
    void itIsThereUnlessItIsLeftOut() throws Exception {
        try (Highwater node = builder().start()) {
            URI uri = URI.create("http://127.0.0.1:" + node.port());
            assertThat(DEMO).allSatisfy(path -> assertThat(status(uri, path)).isNotEqualTo(404));
        }
    }
}
