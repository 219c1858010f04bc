package io.highwater.wire.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.TestServer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Requests that are almost an opening handshake, sent to a node: each is let in or refused, none
 * fails in the node, and none is left waiting. CONTRIBUTING.md says how to run it for long.
 */
final class UpgradeRequestFuzzTest {
    private static final int GUARD_MILLIS = 60_000;

    private static final List<String> GOOD =
            List.of(
                    "Host: a",
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    "Sec-WebSocket-Protocol: highwater.v1");

    private static TestServer server;

    @BeforeContainer
    static void start() {
        server =
                TestServer.start(
                        Map.of(
                                "highwater.limits.waste-per-second", "1000000",
                                "highwater.limits.waste-burst", "1000000"));
    }

    @AfterContainer
    static void stop() {
        server.close();
    }

    @Property
    void eachIsLetInOrRefused(@ForAll("requests") String request) throws IOException {
        String answer = answer(request);
        // Without one, the client's own end came before the end of the head.
        assertThat(answer).doesNotContain("HTTP/1.1 500").matches("(?s)|HTTP/1\\.1 [1-5].*");
    }

    /** All that comes up to the end. */
    private static String answer(String request) throws IOException {
        URI http = server.http();
        try (Socket socket = new Socket(http.getHost(), http.getPort())) {
            socket.setSoTimeout(GUARD_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException reset) {
            return "";
        }
    }

    @Provide
    Arbitrary<String> requests() {
        Arbitrary<String> line =
                Combinators.combine(
                                mostly("GET", "CONNECT", "POST", "", "get", "\u00ff"),
                                mostly(
                                        "/v1/echo",
                                        "/v1/ws",
                                        "/",
                                        "/v1/echo/",
                                        "/v1/%65cho",
                                        "/v1//echo;a=b",
                                        "/v1/../v1/echo",
                                        "/%2e%2e/%",
                                        "/v1/chat/%00",
                                        "*",
                                        "http://a/v1/echo",
                                        "/v1/echo?\u00e9#x"),
                                mostly("HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.1 x", ""))
                        .as((method, path, version) -> method + " " + path + " " + version);
        Arbitrary<List<String>> changes = header().list().ofMaxSize(4);
        return Combinators.combine(line, changes, Arbitraries.integers().between(-1, 9))
                .as(UpgradeRequestFuzzTest::request);
    }

    /**
     * @param without the place of a header that is left out, if it is one
     */
    private static String request(String line, List<String> more, int without) {
        List<String> headers = new ArrayList<>(GOOD);
        if (without >= 0 && without < headers.size()) {
            headers.remove(without);
        }
        headers.addAll(more);
        return line + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
    }

    /** The first more often than all others. */
    private static Arbitrary<String> mostly(String usual, String... others) {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just(usual)), Tuple.of(2, Arbitraries.of(others)));
    }

    private static Arbitrary<String> header() {
        Arbitrary<String> name =
                Arbitraries.of(
                        "Host",
                        "Origin",
                        "Upgrade",
                        "Connection",
                        "Sec-WebSocket-Key",
                        "Sec-WebSocket-Version",
                        "Sec-WebSocket-Protocol",
                        "Sec-WebSocket-Extensions",
                        "X-Forwarded-For",
                        "Content-Length",
                        "Transfer-Encoding",
                        "Expect",
                        "Cookie",
                        "A b",
                        "");
        Arbitrary<String> value =
                Arbitraries.oneOf(
                        Arbitraries.of(
                                "",
                                "null",
                                "websocket",
                                "Upgrade, close",
                                "13",
                                "-1",
                                "0",
                                "7",
                                "chunked",
                                "100-continue",
                                "http://a",
                                "http://[::1",
                                "highwater.v1, highwater.v1",
                                "permessage-deflate; client_max_window_bits=99",
                                "permessage-deflate; server_max_window_bits=\"8\", x;",
                                ",,,;;=\"",
                                "::1, 1.2.3.4:99999",
                                "a\tb",
                                "x".repeat(9_000)),
                        Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(12));
        return Combinators.combine(name, value).as((n, v) -> n + ": " + v);
    }
}
