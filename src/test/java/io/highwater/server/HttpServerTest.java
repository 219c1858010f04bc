package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.wire.jetty.h2.StreamBursts;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Handler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class HttpServerTest {
    private static final ServerSettings SETTINGS = ServerSettings.defaults().withPort(0);

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger upgradeHandlerSaw = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = newServer(SETTINGS, upgradeHandlerSaw);
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    static HttpServer newServer(ServerSettings settings, AtomicInteger seen) {
        Handler.Wrapper upgrade =
                new Handler.Wrapper() {
                    @Override
                    public boolean handle(
                            org.eclipse.jetty.server.Request request,
                            org.eclipse.jetty.server.Response response,
                            org.eclipse.jetty.util.Callback callback)
                            throws Exception {
                        seen.incrementAndGet();
                        return super.handle(request, response, callback);
                    }
                };
        return new HttpServer(
                settings,
                upgrade,
                Edge.unbounded(),
                Ticker.system(),
                new StreamBursts(LogLimit.none()),
                testPages());
    }

    static StaticPages testPages() {
        return new StaticPages(
                HttpServerTest.class.getClassLoader(), "io/highwater/server/testpages");
    }

    @Test
    void theRootIsTheIndexPageWithItsHeaders() throws Exception {
        HttpResponse<String> page = get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("<title>test page</title>");
        assertThat(page.headers().map().keySet())
                .containsExactlyInAnyOrder(
                        "content-length",
                        "content-type",
                        "etag",
                        "cache-control",
                        "content-security-policy",
                        "x-content-type-options",
                        "referrer-policy",
                        "cross-origin-opener-policy");
        assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("cache-control")).hasValue("no-cache");
        assertThat(page.headers().firstValue("x-content-type-options")).hasValue("nosniff");
        assertThat(page.headers().firstValue("referrer-policy")).hasValue("no-referrer");
        assertThat(page.headers().firstValue("cross-origin-opener-policy")).hasValue("same-origin");
        String here = "127.0.0.1:" + server.port();
        assertThat(page.headers().firstValue("content-security-policy"))
                .hasValue(
                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                                + ("connect-src 'self' ws://" + here + " wss://" + here + "; ")
                                + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
        assertThat(upgradeHandlerSaw).as("the upgrade handler comes first").hasValue(1);
    }

    @Test
    void aKnownEtagIsNotSentAgain() throws Exception {
        HttpResponse<String> first = get("/client/highwater.js");
        assertThat(first.headers().firstValue("content-type"))
                .hasValue("text/javascript; charset=utf-8");
        String etag = first.headers().firstValue("etag").orElseThrow();
        for (String known : List.of(etag, "W/" + etag, "\"a\", " + etag, "*")) {
            HttpResponse<String> again = get("/client/highwater.js", "If-None-Match", known);
            assertThat(again.statusCode()).as(known).isEqualTo(304);
            assertThat(again.body()).isEmpty();
            assertThat(again.headers().firstValue("etag")).hasValue(etag);
        }
        assertThat(get("/client/highwater.js", "If-None-Match", "\"a\"").statusCode())
                .isEqualTo(200);
        assertThat(get("/").headers().firstValue("etag")).isPresent().get().isNotEqualTo(etag);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/client",
                "/client/",
                "/secret.properties",
                "/index.html/",
                "/client/../outside.txt",
                "/io/highwater/server/HttpServer.class"
            })
    void whatIsNotAPageIs404WithoutStackOrVersion(String path) throws Exception {
        String answer = raw("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 404 ").endsWith("\r\n\r\n404 Not Found\n");
        assertThat(answer).doesNotContainIgnoringCase("jetty").doesNotContain("Exception");
        assertThat(answer).contains("Content-Security-Policy: default-src 'none';");
    }

    @Test
    void aMalformedHostIsRefusedWithoutALineInTheLog() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        root.addAppender(lines);
        try {
            assertThat(raw("GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 ");
        } finally {
            root.detachAppender(lines);
        }
        assertThat(lines.list).isEmpty();
    }

    @Test
    void aPathOfManyPartsIs404AsAnyOther() throws Exception {
        String path = "/a".repeat(3_500);
        assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /a%2fb HTTP/1.1",
                "GET /%2e%2e/outside.txt HTTP/1.1",
                "GET /client/../../outside.txt HTTP/1.1",
                "GET /client/..;/outside.txt HTTP/1.1",
                "GET //outside.txt HTTP/1.1",
                "GET /%00 HTTP/1.1",
                "GET / HTTP/9.9",
                "\u0001\u0002\u0003"
            })
    void badRequestsAreRefusedWithoutStackOrVersion(String line) throws Exception {
        String answer = raw(line + "\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertThat(answer).matches("(?s)HTTP/1.1 (400|505) .*");
        assertThat(answer).doesNotContainIgnoringCase("jetty").doesNotContain("Exception");
    }

    @Test
    void anErrorIsJsonForWhoAsksForIt() throws Exception {
        HttpResponse<String> answer = get("/nothing", "Accept", "application/json");
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(answer.body()).isEqualTo("{\"status\":404,\"error\":\"Not Found\"}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "FOO"})
    void otherMethodsAre405(String method) throws Exception {
        String answer = raw(method + " / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 405 ").contains("\r\nAllow: GET, HEAD\r\n");
    }

    @Test
    void headHasTheHeadersAndNoBody() throws Exception {
        String answer = raw("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 200 ")
                .contains("\r\nContent-Length: 41\r\n")
                .endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({"7000, 200", "9000, 431"})
    void headersAreBounded(int bytes, int status) throws Exception {
        String answer =
                raw(
                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: "
                                + "c".repeat(bytes)
                                + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example;", "a b", "a'", "a,b", "x/y"})
    void anOddHostDoesNotGetIntoThePolicy(String host) throws Exception {
        String answer = raw("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).doesNotContain("ws://");
    }

    @Test
    void upgradeToH2cIsIgnored() throws Exception {
        String answer =
                raw(
                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
                                + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void aPortInUseIsOneLineWithThePortAndItsKey() {
        HttpServer second =
                newServer(ServerSettings.defaults().withPort(server.port()), upgradeHandlerSaw);
        assertThatThrownBy(second::start)
                .isInstanceOf(ListenException.class)
                .hasMessage("port " + server.port() + " is in use (highwater.port)")
                .extracting(e -> ((ListenException) e).port())
                .isEqualTo(server.port());
    }

    @Test
    void drainingClosesTheListenerAndKeepsConnections() throws Exception {
        try (Socket kept = connect()) {
            // Its request is under way: Jetty may close a connection whose last answer went out a
            // moment before, and HTTP allows that. It is accepted before the next one is.
            send(kept, "GET / HTTP/1.1\r\nHost: a\r\n");
            assertThat(raw("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ");
            int port = server.port();
            server.stopAccepting();
            // A thread that waits in accept() keeps the kernel's socket until its signal comes.
            await().untilAsserted(
                            () ->
                                    assertThatThrownBy(() -> connectAndClose(port))
                                            .isInstanceOf(ConnectException.class));
            send(kept, "\r\n");
            InputStream in = new BufferedInputStream(kept.getInputStream());
            assertThat(readAnswer(in))
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("\r\nConnection: close\r\n");
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    private static void connectAndClose(int port) throws IOException {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
    }

    @Test
    void theKernelHoldsNoMoreThanTheSocketBuffer() throws Exception {
        AtomicInteger bytes = new AtomicInteger();
        Handler.Abstract measuring =
                new Handler.Abstract() {
                    @Override
                    public boolean handle(
                            org.eclipse.jetty.server.Request request,
                            org.eclipse.jetty.server.Response response,
                            org.eclipse.jetty.util.Callback callback)
                            throws IOException {
                        Object channel =
                                request.getConnectionMetaData()
                                        .getConnection()
                                        .getEndPoint()
                                        .getTransport();
                        bytes.set(
                                ((SocketChannel) channel)
                                        .getOption(StandardSocketOptions.SO_SNDBUF));
                        callback.succeeded();
                        return true;
                    }
                };
        try (HttpServer other =
                new HttpServer(
                        SETTINGS,
                        new Handler.Wrapper(),
                        Edge.unbounded(),
                        Ticker.system(),
                        new StreamBursts(LogLimit.none()),
                        measuring)) {
            other.start();
            client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + other.port())).build(),
                    HttpResponse.BodyHandlers.discarding());
        }
        // Linux answers twice what was set, for its own bookkeeping (socket(7)).
        assertThat(bytes.get()).isIn(128 << 10, 256 << 10);
    }

    @Test
    void closeEndsConnectionsAndMayBeCalledTwice() throws Exception {
        try (Socket open = connect()) {
            send(open, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            InputStream in = new BufferedInputStream(open.getInputStream());
            readAnswer(in);
            server.close();
            server.close();
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + server.port()).resolve(path))
                        .version(HttpClient.Version.HTTP_1_1);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port());
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.setSoTimeout(10_000);
            send(socket, request);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** One answer with a Content-Length from a connection that stays. */
    private static String readAnswer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            assertThat(next).as("end in the middle of " + head).isNotEqualTo(-1);
            head.append((char) next);
        }
        String length =
                head.toString().replaceFirst("(?is).*\r\ncontent-length: ([0-9]+)\r\n.*", "$1");
        in.readNBytes(Integer.parseInt(length));
        return head.toString();
    }
}
