package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.NodeScript;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestSocket;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** jetty-home's start.jar with the assembled base: highwater.war and a team's WAR on one node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JettyBaseIT {
    private static final Duration GUARD = Duration.ofSeconds(60);
    private static final Path TEAM = Path.of("examples/team-endpoint/src/main/java");
    private static final String LOADER = "org.eclipse.jetty.ee.webapp.WebAppClassLoader";
    private static final String KEY = "X-Desk-Key: open-sesame";
    private static final String PRICE = "{\"symbol\":\"HW\",\"cents\":100}";

    @TempDir private static Path folder;
    private BaseFolder base;
    private NodeProcess node;

    @BeforeAll
    void start() throws IOException {
        base = BaseFolder.copy(folder);
        team().writeTo(base.war("team"));
        node = base.start();
        assertThat(node.isReady()).as(node.stderr()).isTrue();
    }

    @AfterAll
    void stop() {
        if (node != null) {
            node.close();
        }
    }

    private WarFile team() throws IOException {
        return new WarFile(folder).sources(TEAM).withCheck();
    }

    private URI http() {
        return URI.create("http://127.0.0.1:" + node.port());
    }

    private URI https() {
        Matcher matcher = Pattern.compile("https://127\\.0\\.0\\.1:\\d+").matcher(node.readyLine());
        assertThat(matcher.find()).isTrue();
        return URI.create(matcher.group());
    }

    private TestSocket open(String path, String... headers) throws IOException {
        return SocketOverHttp1.openWith(http(), path, headers).reading();
    }

    private static int status(org.assertj.core.api.ThrowableAssert.ThrowingCallable opening) {
        TestSocket.Refused[] refused = new TestSocket.Refused[1];
        assertThatThrownBy(opening)
                .isInstanceOfSatisfying(TestSocket.Refused.class, e -> refused[0] = e);
        return refused[0].status();
    }

    @Test
    void theWarsEndpointsServeSocketsOfAllKinds() throws Exception {
        try (TestSocket echo = open("/v1/echo")) {
            String large = "x".repeat(60_000);
            echo.text(large);
            assertThat(echo.next(GUARD).text()).isEqualTo(large);
        }
        assertThat(NodeScript.run("h2-many", http()).getInt("sockets")).isEqualTo(100);
        assertThat(NodeScript.run("h2-many", https()).getInt("sockets")).isEqualTo(100);
        assertThat(NodeScript.run("h2-endings", https()).getInt("opened")).isEqualTo(200);
    }

    /** Its connectors are SocketConnectors: Jetty's own makes a Socket of each connection. */
    @Test
    void aConnectionCostsWhatItDoesEmbedded() throws Exception {
        try (TestSocket echo = open("/v1/echo")) {
            echo.text("hello");
            assertThat(echo.next(GUARD).text()).isEqualTo("hello");
            Map<String, Long> live = node.liveObjects();
            assertThat(of(live, "sun.nio.ch.SocketChannelImpl")).isPositive();
            assertThat(of(live, "sun.nio.ch.SocketAdaptor")).isZero();
        }
    }

    @Test
    void thePageIsServedAtTheRoot() throws Exception {
        HttpResponse<String> page = get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("<html");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(
                        HttpRequest.newBuilder(http().resolve(path)).build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/echo", "/v1/chat/room", "/team/prices/HW"})
    void aPlainGetOfAWebSocketsPathHearsThatItIsOne(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isEqualTo(426);
        assertThat(answer.headers().firstValue("Upgrade")).contains("websocket");
        assertThat(answer.body()).startsWith("This is a WebSocket: ");
    }

    /** What an application has there comes first, and what is nobody's is 404 still. */
    @Test
    void aPlainGetOfAnotherPathIsTheApplications() throws Exception {
        new WarFile(folder)
                .source("Shown", endpoint("Shown", "/shown.txt", ""))
                .file("shown.txt", "a page")
                .writeTo(base.war("shown"));
        try {
            // Its pages are there a moment before its sockets.
            await().atMost(GUARD).until(() -> deployed("/shown") == 1);
            assertThat(get("/shown/shown.txt").body()).isEqualTo("a page");
            open("/shown/shown.txt").close();
            assertThat(get("/shown/other.txt").statusCode()).isEqualTo(404);
            assertThat(get("/team/nowhere").statusCode()).isEqualTo(404);
        } finally {
            Files.delete(base.war("shown"));
        }
        await().atMost(GUARD).until(() -> get("/shown/shown.txt").statusCode() == 404);
    }

    @Test
    void aTeamsEndpointHasItsBeansItsOriginsAndItsRule() throws Exception {
        try (TestSocket socket = open("/team/prices/HW", KEY, "Origin: https://a.example.com")) {
            assertThat(socket.next(GUARD).text()).isEqualTo(PRICE);
        }
        assertThat(status(() -> open("/team/prices/HW", KEY, "Origin: https://b.example")))
                .isEqualTo(403);
        assertThat(status(() -> open("/team/prices/HW"))).isEqualTo(401);
        assertThat(status(() -> open("/team/nowhere", KEY))).isEqualTo(404);
        // The team's rule is its own; its path is not its sibling's.
        try (TestSocket echo = open("/v1/echo")) {
            echo.text("hello");
            assertThat(echo.next(GUARD).text()).isEqualTo("hello");
        }
        assertThat(status(() -> open("/prices/HW", KEY))).isEqualTo(404);
    }

    @Test
    void allWarsShareTheNodesMetrics() throws Exception {
        try (TestSocket echo = open("/v1/echo");
                TestSocket price = open("/team/prices/HW", KEY)) {
            assertThat(price.next(GUARD).text()).isEqualTo(PRICE);
            assertThat(node.admin().metrics().connections("http/1.1")).isGreaterThanOrEqualTo(2);
            assertThat(node.admin().readyStatus()).isEqualTo(200);
            assertThat(echo.isQuiet()).isTrue();
        }
    }

    /** The team's ChannelRule lets read the desk's channels and no other. */
    @Test
    void theChannelsObeyTheTeamsRules() throws Exception {
        assertThat(status(() -> open("/v1/ws", "Sec-WebSocket-Protocol: highwater.v1")))
                .isEqualTo(401);
        try (TestSocket socket = open("/v1/ws", KEY, "Sec-WebSocket-Protocol: highwater.v1")) {
            socket.text("{\"type\":\"hello\",\"id\":\"1\",\"client\":\"c\"}");
            assertThat(socket.next(GUARD)).isNotNull();
        }
    }

    @Test
    void tenRedeploysLeaveNothingBehind() throws Exception {
        try (TestSocket sibling = open("/v1/echo")) {
            for (int i = 0; i < 10; i++) {
                try (TestSocket socket = open("/team/prices/HW", KEY)) {
                    assertThat(socket.next(GUARD).text()).isEqualTo(PRICE);
                    int before = deployed();
                    team().writeTo(base.war("team"));
                    assertThat(socket.next(GUARD).closeCode()).isEqualTo(1012);
                    await().atMost(GUARD).until(() -> deployed() > before);
                }
            }
            await().atMost(GUARD)
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(
                            () -> {
                                Map<String, Long> live = node.liveObjects();
                                assertThat(of(live, "io.highwater.node.deployment.Deployment"))
                                        .isEqualTo(3); // two and the rules alone
                                assertThat(
                                                of(
                                                        live,
                                                        "io.highwater.endpoint.session.EndpointSession"))
                                        .isEqualTo(1);
                                // A thread that was left would hold on to its loader.
                                assertThat(of(live, LOADER)).isEqualTo(2);
                            });
            sibling.text("still here");
            assertThat(sibling.next(GUARD).text()).isEqualTo("still here");
        }
        try (TestSocket socket = open("/team/prices/HW", KEY)) {
            assertThat(socket.next(GUARD).text()).isEqualTo(PRICE);
        }
    }

    private static long of(Map<String, Long> live, String type) {
        return live.getOrDefault(type, 0L);
    }

    private int deployed() throws IOException {
        return deployed("/team");
    }

    private int deployed(String context) throws IOException {
        return (int)
                node.log("deployed").stream()
                        .map(line -> line.getString("context"))
                        .filter(context::equals)
                        .count();
    }

    @Test
    void whatCanNotBeDeployedFailsWithALineAndItsSiblingsLive() throws Exception {
        refuse(
                "major",
                new WarFile(folder).source("Fine", "public class Fine {}").builtAgainst("99.1.0"),
                "99.1.0");
        refuse(
                "twins",
                new WarFile(folder)
                        .source("One", endpoint("One", "/same", ""))
                        .source("Two", endpoint("Two", "/same", "")),
                "team.One",
                "team.Two",
                "/same");
        refuse(
                "unplaced",
                new WarFile(folder)
                        .source(
                                "Unplaced",
                                "import io.highwater.handshake.*;\n"
                                        + "import jakarta.interceptor.*;\n"
                                        + "import java.lang.annotation.*;\n"
                                        + "@Interceptor @Unplaced.Known\n"
                                        + "public class Unplaced extends HandshakeRule {\n"
                                        + "  @InterceptorBinding\n"
                                        + "  @Retention(RetentionPolicy.RUNTIME)\n"
                                        + "  public @interface Known {}\n"
                                        + "  @Override protected"
                                        + " java.util.concurrent.CompletionStage<UpgradeDecision>"
                                        + " decide(UpgradeAttempt a, Next n)"
                                        + " { return n.decide(); }\n"
                                        + "}"),
                "team.Unplaced",
                "@Priority");
        refuse(
                "lost",
                new WarFile(folder)
                        .source(
                                "Lost",
                                endpoint("Lost", "/lost", "@jakarta.inject.Inject Runnable none;")),
                "team.Lost",
                "Runnable");
        refuse(
                "second",
                new WarFile(folder)
                        .source(
                                "SecondRule",
                                "@jakarta.enterprise.context.ApplicationScoped\n"
                                        + "public class SecondRule implements"
                                        + " io.highwater.channel.ChannelRule {}"),
                "SecondRule",
                "/team");
        try (TestSocket echo = open("/v1/echo")) {
            echo.text("hello");
            assertThat(echo.next(GUARD).text()).isEqualTo("hello");
        }
        try (TestSocket price = open("/team/prices/HW", KEY)) {
            assertThat(price.next(GUARD).text()).isEqualTo(PRICE);
        }
    }

    private static String endpoint(String name, String path, String member) {
        return "@jakarta.enterprise.context.Dependent\n"
                + "@jakarta.websocket.server.ServerEndpoint(\""
                + path
                + "\")\npublic class "
                + name
                + " { "
                + member
                + " }";
    }

    private void refuse(String name, WarFile war, String... evidence) throws Exception {
        war.writeTo(base.war(name));
        await().atMost(GUARD).until(() -> !refusals(name).isEmpty());
        assertThat(refusals(name))
                .singleElement()
                .satisfies(
                        reason -> assertThat(reason).contains(evidence).doesNotContain("\n", "\t"));
        assertThat(
                        HttpClient.newHttpClient()
                                .send(
                                        HttpRequest.newBuilder(http().resolve("/" + name + "/"))
                                                .build(),
                                        HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                .isEqualTo(503);
        Files.delete(base.war(name));
    }

    private java.util.List<String> refusals(String name) throws IOException {
        return node.log("not_deployed").stream()
                .filter(line -> line.getString("context").equals("/" + name))
                .map((JsonObject line) -> line.getString("reason"))
                .toList();
    }

    @Test
    void itDrainsAndStopsInOrder() throws Exception {
        BaseFolder own = BaseFolder.copy(folder);
        team().writeTo(own.war("team"));
        try (NodeProcess stopping = own.start()) {
            assertThat(stopping.isReady()).as(stopping.stderr()).isTrue();
            URI uri = URI.create("http://127.0.0.1:" + stopping.port());
            try (TestSocket echo = SocketOverHttp1.openWith(uri, "/v1/echo").reading();
                    TestSocket price =
                            SocketOverHttp1.openWith(uri, "/team/prices/HW", KEY).reading()) {
                assertThat(price.next(GUARD).text()).isEqualTo(PRICE);
                stopping.terminate();
                assertThat(echo.next(GUARD).closeCode()).isEqualTo(1012);
                assertThat(price.next(GUARD).closeCode()).isEqualTo(1012);
            }
            // A JVM that a signal ends, when its hooks have run: 128 + 15.
            assertThat(stopping.awaitExit()).isEqualTo(143);
            assertThat(stopping.log("stop")).hasSize(1);
            assertThat(stopping.plainStderr()).isEmpty();
            assertThat(stopping.log())
                    .extracting(line -> line.getString("level"))
                    .doesNotContain("ERROR");
        }
    }

    @Test
    void aMistakeInTheConfigurationStopsTheStart() throws Exception {
        try (NodeProcess wrong = BaseFolder.copy(folder).start("-Dhighwater.endpoints.policy=NO")) {
            assertThat(wrong.isReady()).isFalse();
            assertThat(wrong.awaitExit()).isNotZero();
            assertThat(wrong.log())
                    .extracting(line -> line.getString("event"))
                    .anyMatch(event -> event.contains("highwater.endpoints.policy"));
        }
    }

    /** A base with web applications and without Highwater's module. */
    @Test
    void aJettyWithoutTheModuleRefusesTheWarAndNamesTheModule() throws Exception {
        BaseFolder plain = BaseFolder.withoutModule(folder);
        team().writeTo(plain.war("team"));
        Process jetty = plain.startPlain();
        try {
            await().atMost(GUARD)
                    .until(() -> Files.readString(plain.log()).contains("Started oejs"));
            assertThat(Files.readAllLines(plain.log()))
                    .filteredOn(line -> line.contains("module \"highwater\""))
                    .singleElement()
                    .asString()
                    .contains("/team");
            assertThat(Files.readAllLines(plain.log())).noneMatch(line -> line.startsWith("\tat "));
        } finally {
            jetty.destroyForcibly();
        }
    }
}
