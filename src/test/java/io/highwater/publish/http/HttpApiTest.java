package io.highwater.publish.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.Highwater;
import io.highwater.config.ConfigException;
import io.highwater.publish.Message;
import io.highwater.session.Sessions;
import io.highwater.testing.LogCapture;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestServer;
import io.highwater.testing.TestSocket;
import io.highwater.testing.TrustAll;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.InputStream;
import java.io.StringReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Other languages publish over HTTP, through a whole node. Time limits are guards. */
@Timeout(120)
final class HttpApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String KEY = "k-all";
    private static final String ORDERS = "k-orders";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir static Path folder;

    private static Highwater node;

    private static String hash(String key) {
        return HexFormat.of().formatHex(ApiKeys.sha256(key.getBytes(StandardCharsets.UTF_8)));
    }

    private static Path keys(String... lines) throws Exception {
        return Files.write(Files.createTempFile(folder, "api", ".keys"), java.util.List.of(lines));
    }

    @BeforeAll
    static void start() throws Exception {
        Path keys =
                keys(
                        "# two keys",
                        "",
                        "all " + hash(KEY) + " publish=* history=* presence=* sessions",
                        "orders " + hash(ORDERS) + " publish=orders.*,room history=orders.7");
        node =
                Highwater.builder()
                        .port(0)
                        .adminPort(0)
                        .drainWindow(Duration.ZERO)
                        .set("highwater.api.port", 0)
                        .set("highwater.api.keys-file", keys)
                        .start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + node.apiPort().getAsInt() + path))
                .timeout(PATIENCE);
    }

    private static HttpResponse<String> send(String key, HttpRequest.Builder request)
            throws Exception {
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String key, String path, String body)
            throws Exception {
        return send(
                key,
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return send(KEY, request(path).GET());
    }

    private static JsonObject json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        return Json.createReader(new StringReader(answer.body())).readObject();
    }

    private static JsonObject problem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValue("application/problem+json");
        JsonObject problem = Json.createReader(new StringReader(answer.body())).readObject();
        assertThat(problem.getInt("status")).isEqualTo(status);
        assertThat(problem.getString("code")).isEqualTo(code);
        return problem;
    }

    @Test
    void oneMessageReachesWhoeverIsSubscribed() throws Exception {
        try (TestSocket socket =
                SocketOverHttp1.open(
                                URI.create("http://127.0.0.1:" + node.port()),
                                Sessions.PATH,
                                Sessions.SUBPROTOCOL)
                        .reading()) {
            socket.text("{\"type\":\"hello\",\"id\":1,\"client\":\"c\"}");
            socket.next(PATIENCE);
            socket.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"room\"}");
            socket.next(PATIENCE);
            JsonObject published =
                    json(
                            post(
                                    KEY,
                                    "/v1/channels/room/messages",
                                    "{\"data\": {\"a\" : 1},\"msgId\":\"m1\",\"key\":\"k\",\"later\":[]}"));
            assertThat(published.getString("level")).isEqualTo("memory");
            assertThat(published.getBoolean("duplicate")).isFalse();
            assertThat(socket.next(PATIENCE).text())
                    .contains("\"msgId\":\"m1\"")
                    .contains("\"position\":\"" + published.getString("position") + "\"")
                    .endsWith("\"data\":{\"a\" : 1}}");
            JsonObject who = json(get("/v1/channels/room/presence"));
            assertThat(who.getInt("count")).isEqualTo(1);
            assertThat(who.getJsonArray("clients").getString(0)).isEqualTo("c");
        }
    }

    @Test
    void anIdempotencyKeyIsTheMsgId() throws Exception {
        for (String header : new String[] {"order-17", "\"order-17\""}) {
            JsonObject published =
                    json(
                            send(
                                    KEY,
                                    request("/v1/channels/idem/messages")
                                            .header("Content-Type", "application/json")
                                            .header("Idempotency-Key", header)
                                            .POST(BodyPublishers.ofString("{\"data\":1}"))));
            assertThat(published.getString("msgId")).isEqualTo("order-17");
            assertThat(published.getBoolean("duplicate")).isEqualTo(header.startsWith("\""));
        }
        HttpResponse<String> batch =
                send(
                        KEY,
                        request("/v1/channels/idem/messages")
                                .header("Content-Type", "application/json; charset=utf-8")
                                .header("Idempotency-Key", "b")
                                .POST(BodyPublishers.ofString("[{\"data\":1},{\"data\":2}]")));
        JsonArray messages = json(batch).getJsonArray("messages");
        assertThat(messages.getJsonObject(0).getString("msgId")).isEqualTo("b-0");
        assertThat(messages.getJsonObject(1).getString("msgId")).isEqualTo("b-1");
    }

    @Test
    void twoKeysAreTwoPublishers() throws Exception {
        String one = "{\"data\":1,\"msgId\":\"same\"}";
        json(post(KEY, "/v1/channels/orders.1/messages", one));
        JsonObject other = json(post(ORDERS, "/v1/channels/orders.1/messages", one));
        assertThat(other.getBoolean("duplicate")).isFalse();
    }

    @Test
    void aBatchGoesToManyChannels() throws Exception {
        JsonArray messages =
                json(post(
                                KEY,
                                "/v1/messages",
                                "[{\"channel\":\"many.a\",\"data\":1},{\"channel\":\"many.b\",\"data\":2},"
                                        + "{\"channel\":\"many.a\",\"data\":3}]"))
                        .getJsonArray("messages");
        assertThat(messages).hasSize(3);
        assertThat(
                        node.channels()
                                .history("many.a", null, 10)
                                .toCompletableFuture()
                                .join()
                                .messages())
                .extracting(Message::json)
                .containsExactly("1", "3");
    }

    @Test
    void historyIsReadInPages() throws Exception {
        for (int i = 0; i < 5; i++) {
            json(post(KEY, "/v1/channels/a%2Fb/messages", "{\"data\":" + i + "}"));
        }
        JsonObject page = json(get("/v1/channels/a/b/messages?limit=2"));
        assertThat(page.getBoolean("complete")).isFalse();
        JsonObject second = page.getJsonArray("messages").getJsonObject(1);
        assertThat(second.getInt("data")).isEqualTo(1);
        assertThat(second.getString("channel")).isEqualTo("a/b");
        JsonObject rest =
                json(get("/v1/channels/a/b/messages?after=" + second.getString("position")));
        assertThat(rest.getBoolean("complete")).isTrue();
        assertThat(rest.getJsonArray("messages")).hasSize(3);
        JsonObject before =
                json(get("/v1/channels/a/b/messages?before=" + second.getString("position")));
        assertThat(before.getJsonArray("messages")).hasSize(1);
        JsonObject at = json(get("/v1/channels/a/b/messages?at=2020-01-01T00:00:00Z"));
        assertThat(at.getJsonArray("messages")).hasSize(5);
    }

    @Test
    void alargeAnswerIsCut() throws Exception {
        String data = "\"" + "x".repeat(60_000) + "\"";
        for (int i = 0; i < 30; i++) {
            json(post(KEY, "/v1/channels/large/messages", "{\"data\":" + data + "}"));
        }
        JsonObject page = json(get("/v1/channels/large/messages?limit=1000"));
        assertThat(page.getBoolean("complete")).isFalse();
        assertThat(page.getJsonArray("messages").size()).isBetween(10, 20);
    }

    @Test
    void sessionsOfASubjectEnd() throws Exception {
        JsonObject ended = json(send(KEY, request("/v1/sessions?subject=u-1&code=4403").DELETE()));
        assertThat(ended.getInt("sessions")).isZero();
        problem(send(KEY, request("/v1/sessions").DELETE()), 400, "BAD_REQUEST");
        problem(
                send(KEY, request("/v1/sessions?subject=u-1&code=1006").DELETE()),
                400,
                "BAD_REQUEST");
        problem(send(ORDERS, request("/v1/sessions?subject=u-1").DELETE()), 403, "FORBIDDEN");
    }

    @Test
    void infoTellsWhatTheKeyMayDo() throws Exception {
        JsonObject info = json(send(ORDERS, request("/v1/info").GET()));
        assertThat(info.getInt("maxMessageBytes")).isEqualTo(64 << 10);
        JsonObject key = info.getJsonObject("key");
        assertThat(key.getString("name")).isEqualTo("orders");
        assertThat(key.getJsonArray("publish")).hasSize(2);
        assertThat(key.getBoolean("sessions")).isFalse();
    }

    @Test
    void withoutAKnownKeyThereIsNoAnswer() throws Exception {
        for (String key : new String[] {null, "", "guessed", hash(KEY)}) {
            HttpResponse<String> answer = post(key, "/v1/channels/room/messages", "{\"data\":1}");
            problem(answer, 401, "UNAUTHORIZED");
            assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        }
        problem(send(null, request("/nowhere").GET()), 401, "UNAUTHORIZED");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/channels/other/messages",
        "POST, /v1/channels/room2/messages",
        "GET, /v1/channels/orders.1/messages",
        "GET, /v1/channels/room/presence",
    })
    void aKeyDoesWhatItsPatternsAllow(String method, String path) throws Exception {
        HttpRequest.Builder request =
                request(path)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString("{\"data\":1}"));
        problem(send(ORDERS, request), 403, "FORBIDDEN");
    }

    @Test
    void oneForbiddenMessageKeepsABatchFromBeingPublished() throws Exception {
        String batch =
                "[{\"channel\":\"orders.none\",\"data\":1},{\"channel\":\"secret\",\"data\":2}]";
        problem(post(ORDERS, "/v1/messages", batch), 403, "FORBIDDEN");
        assertThat(json(get("/v1/channels/orders.none/messages")).getJsonArray("messages"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | data: must be there",
                "{\"data\":1 | not JSON",
                "[] | no message",
                "[{\"data\":1},{}] | messages[1]: data: must be there",
                "[{\"data\":1},{\"data\":2,\"msgId\":\"a b\"}] | messages[1]: msgId: must be",
                "{\"data\":1,\"msgId\":5} | msgId: must be a string",
                "{\"data\":1,\"key\":\"\"} | key: must be",
                "{\"data\":1,\"secret\":\"no\"} | secret: must be true or false",
                "{\"data\":1,\"data\":2} | data: is there twice",
                "{\"data\":1,\"channel\":\"other\"} | channel: is not that of the path",
                "7 | not JSON",
            })
    void aBadBodyIsToldWhatIsWrong(String body, String detail) throws Exception {
        assertThat(
                        problem(post(KEY, "/v1/channels/bad/messages", body), 400, "BAD_REQUEST")
                                .getString("detail"))
                .startsWith(detail);
    }

    @Test
    void otherBadRequestsAreToldToo() throws Exception {
        problem(post(KEY, "/v1/channels/a%20b/messages", "{\"data\":1}"), 400, "BAD_REQUEST");
        HttpResponse<String> noUtf8 = post(KEY, "/v1/channels/a%FFb/messages", "{\"data\":1}");
        assertThat(noUtf8.statusCode()).isEqualTo(400);
        assertThat(noUtf8.headers().firstValue("Content-Type"))
                .hasValue("application/problem+json");
        problem(get("/v1/channels/a/messages?limit=0"), 400, "BAD_REQUEST");
        problem(get("/v1/channels/a/messages?limit=x"), 400, "BAD_REQUEST");
        problem(get("/v1/channels/a/messages?after=1"), 400, "BAD_REQUEST");
        problem(get("/v1/channels/a/messages?at=now"), 400, "BAD_REQUEST");
        problem(get("/v1/nowhere"), 404, "NOT_FOUND");
        HttpResponse<String> method = send(KEY, request("/v1/info").DELETE());
        problem(method, 405, "METHOD_NOT_ALLOWED");
        assertThat(method.headers().firstValue("Allow")).hasValue("GET");
        problem(
                send(
                        KEY,
                        request("/v1/messages")
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString("{\"data\":1}"))),
                415,
                "UNSUPPORTED_MEDIA_TYPE");
        byte[] latin1 = "{\"data\":\"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1);
        problem(
                send(
                        KEY,
                        request("/v1/channels/a/messages")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofByteArray(latin1))),
                400,
                "BAD_REQUEST");
    }

    @Test
    void aBodyHasABoundAndSoHasAMessage() throws Exception {
        String large = "{\"data\":\"" + "x".repeat(70_000) + "\"}";
        problem(post(KEY, "/v1/channels/a/messages", large), 400, "BAD_REQUEST");
        String many = "[" + "{\"data\":1},".repeat(1_000) + "{\"data\":1}]";
        problem(post(KEY, "/v1/channels/a/messages", many), 400, "BAD_REQUEST");
        try (Socket socket = new Socket("127.0.0.1", node.apiPort().getAsInt())) {
            String head =
                    "POST /v1/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                            + KEY
                            + "\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            assertThat(firstLine(socket)).contains(" 413 ");
        }
        try (Socket socket = new Socket("127.0.0.1", node.apiPort().getAsInt())) {
            String head =
                    "POST /v1/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                            + KEY
                            + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            String chunk = "10000\r\n" + " ".repeat(1 << 16) + "\r\n";
            for (int i = 0; i < 17; i++) {
                socket.getOutputStream().write(chunk.getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(firstLine(socket)).contains(" 413 ");
        }
    }

    private static String firstLine(Socket socket) throws Exception {
        InputStream in = socket.getInputStream();
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next > 0 && next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return line.toString();
    }

    @Test
    void theDocumentIsOpenAndListsExactlyTheRoutes() throws Exception {
        JsonObject document = json(send(null, request("/v1/openapi.json").GET()));
        assertThat(document.getString("openapi")).isEqualTo("3.1.0");
        Set<String> documented = new TreeSet<>();
        document.getJsonObject("paths")
                .forEach(
                        (path, methods) ->
                                methods.asJsonObject()
                                        .keySet()
                                        .forEach(
                                                method ->
                                                        documented.add(
                                                                method.toUpperCase(
                                                                                java.util.Locale
                                                                                        .ROOT)
                                                                        + " "
                                                                        + path)));
        Set<String> served = new TreeSet<>();
        for (ApiRoute route : ApiRoute.values()) {
            served.add(route.method + " " + route.path);
            JsonObject operation =
                    document.getJsonObject("paths")
                            .getJsonObject(route.path)
                            .getJsonObject(route.method.toLowerCase(java.util.Locale.ROOT));
            assertThat(operation.containsKey("requestBody")).isEqualTo(route.hasBody());
            assertThat(operation.containsKey("security")).isEqualTo(route.isOpen());
        }
        assertThat(documented).isEqualTo(served);
        assertThat(
                        document.getJsonObject("components")
                                .getJsonObject("schemas")
                                .getJsonObject("Problem")
                                .getJsonObject("properties")
                                .getJsonObject("code")
                                .getJsonArray("enum"))
                .extracting(code -> ((jakarta.json.JsonString) code).getString())
                .containsExactly(
                        java.util.Arrays.stream(Problem.values())
                                .map(Enum::name)
                                .toArray(String[]::new));
    }

    @Test
    void overTlsWithTheCertificateOfTheDataPort() throws Exception {
        Path keys = keys("all " + hash(KEY) + " publish=*");
        try (TestServer server =
                TestServer.start(
                        Map.of(
                                "highwater.api.port",
                                "0",
                                "highwater.api.keys-file",
                                keys.toString()))) {
            int port = server.node().apiPort().getAsInt();
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {new TrustAll()}, null);
            HttpResponse<String> answer =
                    HttpClient.newBuilder()
                            .sslContext(tls)
                            .build()
                            .send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "https://127.0.0.1:"
                                                                    + port
                                                                    + "/v1/info"))
                                            .header("Authorization", "Bearer " + KEY)
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void noKeyIsInTheLog() throws Exception {
        try (LogCapture log = new LogCapture(HttpApi.class)) {
            post("secret-key-17", "/v1/messages", "{\"data\":1}");
            post(KEY, "/v1/messages", "{");
            assertThat(log.events())
                    .noneMatch(event -> event.toString().contains("secret-key-17"))
                    .noneMatch(event -> event.toString().contains(KEY));
        }
    }

    @Test
    void aPortWithoutKeysIsAnError() throws Exception {
        assertThatThrownBy(() -> Highwater.builder().set("highwater.api.port", 0).start())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("highwater.api.keys-file");
        Path wrong = keys("all nothex publish=*");
        assertThatThrownBy(
                        () ->
                                Highwater.builder()
                                        .set("highwater.api.port", 0)
                                        .set("highwater.api.keys-file", wrong)
                                        .start())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("line 1: must begin with a name and the SHA-256");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "publish | is none of",
                "publish= | a pattern is",
                "publish=a*b | a pattern is",
                "publish=a publish=b | is there twice",
                "write=a | is none of",
            })
    void aLineThatIsWrongIsNamed(String grants, String problem) {
        assertThatThrownBy(
                        () ->
                                ApiKey.read(
                                        java.util.List.of(
                                                "# first", "all " + hash(KEY) + " " + grants)))
                .hasMessageStartingWith("line 2: ")
                .hasMessageContaining(problem);
    }
}
