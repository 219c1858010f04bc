package io.highwater.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Protocol;
import io.highwater.testing.TestServer;
import jakarta.enterprise.context.Dependent;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a session knows of its handshake, and what a team's configurator says in it. */
class HandshakeTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static FrameClient open(Protocol protocol, String path, String... headers) {
        FrameClient client = FrameClient.open(protocol, server, path, headers);
        assertThat(client.isOpen()).as("status %s", client.status()).isTrue();
        return client;
    }

    // What the session says.

    @Dependent
    @ServerEndpoint("/shake/{one}/and/{two}")
    public static class Asked {
        @OnMessage
        public String onText(
                String text,
                Session session,
                @PathParam("two") String two,
                @PathParam("one") String one) {
            return switch (text) {
                case "uri" -> session.getRequestURI().toString();
                case "query" -> session.getQueryString();
                case "parameters" -> session.getRequestParameterMap().toString();
                case "path" ->
                        one
                                + " "
                                + two
                                + " "
                                + session.getPathParameters().get("one")
                                + " "
                                + session.getPathParameters().get("two");
                case "id" -> session.getId();
                case "rest" ->
                        session.getUserPrincipal()
                                + " "
                                + session.isSecure()
                                + " "
                                + session.getProtocolVersion()
                                + " "
                                + session.getNegotiatedExtensions()
                                + " '"
                                + session.getNegotiatedSubprotocol()
                                + "' "
                                + session.isOpen();
                default -> {
                    Object before = session.getUserProperties().put("last", text);
                    yield String.valueOf(before);
                }
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSessionKnowsItsRequest(Protocol protocol) {
        String authority = server.http().getAuthority();
        try (FrameClient client = open(protocol, "/shake/a%20b/and/%E2%82%AC?x=1&y=a%26b&x=2")) {
            assertThat(client.text("uri").nextText())
                    .isEqualTo("ws://" + authority + "/shake/a%20b/and/%E2%82%AC?x=1&y=a%26b&x=2");
            assertThat(client.text("path").nextText()).isEqualTo("a b € a b €");
            assertThat(client.text("parameters").nextText())
                    .contains("x=[1, 2]")
                    .contains("y=[a&b]");
            assertThat(client.text("rest").nextText()).isEqualTo("null false 13 [] '' true");
        }
        try (FrameClient client = open(protocol, "/shake/a/and/b")) {
            assertThat(client.text("uri").nextText())
                    .isEqualTo("ws://" + authority + "/shake/a/and/b");
            assertThat(client.text("parameters").nextText()).isEqualTo("{}");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOddQueryHurtsNobody(Protocol protocol) {
        for (String query : List.of("q={x}|^", "q=%ZZ", "q=%", "", "%FF=%FF", "a[]=1&&=&b")) {
            try (FrameClient client = open(protocol, "/shake/a/and/b?" + query)) {
                assertThat(client.text("uri").nextText()).startsWith("ws://");
                client.text("parameters").text("id");
                assertThat(client.nextText()).startsWith("{");
                assertThat(client.nextText()).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void idsAndUserPropertiesAreTheSessionsOwn(Protocol protocol) {
        try (FrameClient one = open(protocol, "/shake/a/and/b");
                FrameClient two = open(protocol, "/shake/a/and/b")) {
            assertThat(one.text("id").nextText()).isNotEqualTo(two.text("id").nextText());
            assertThat(one.text("first").nextText()).isEqualTo("null");
            assertThat(two.text("other").nextText()).isEqualTo("null");
            assertThat(one.text("second").nextText()).isEqualTo("first");
        }
    }

    @Dependent
    @ServerEndpoint("/shake/typed/{number}/{flag}")
    public static class Typed {
        @OnOpen
        public void onOpen(@PathParam("number") long number) {
            assertThat(number).isPositive();
        }

        @OnMessage
        public String onText(
                String text, @PathParam("number") Long number, @PathParam("flag") boolean flag) {
            return number + 1 + " " + !flag;
        }
    }

    @ParameterizedTest
    @EnumSource
    void pathParametersHaveTypes(Protocol protocol) {
        try (FrameClient client = open(protocol, "/shake/typed/41/true")) {
            assertThat(client.text("").nextText()).isEqualTo("42 false");
        }
        try (FrameClient client = open(protocol, "/shake/typed/many/true")) {
            assertThat(client.nextClose().closeCode()).isEqualTo(1008);
        }
    }

    // A configurator.

    /** Decides all it can. */
    public static class Team extends ServerEndpointConfig.Configurator {
        static final AtomicInteger MADE = new AtomicInteger();

        @Override
        public boolean checkOrigin(String origin) {
            return origin.endsWith(".partner.example");
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            return requested.contains("none") ? "" : requested.get(requested.size() - 1);
        }

        @Override
        public void modifyHandshake(
                ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            config.getUserProperties().put("agent", request.getHeaders().get("x-AGENT").get(0));
            config.getUserProperties().put("uri", request.getRequestURI().toString());
            config.getUserProperties().put("parameters", request.getParameterMap().toString());
            response.getHeaders().put("X-Answer", List.of("42"));
            response.getHeaders().put("sec-websocket-accept", List.of("forged"));
            response.getHeaders().put("Connection", List.of("close"));
        }

        @Override
        public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
            MADE.incrementAndGet();
            return type.cast(new Configured("from the configurator"));
        }
    }

    @Dependent
    @ServerEndpoint(
            value = "/shake/configured",
            configurator = Team.class,
            subprotocols = {"a", "b"})
    public static class Configured {
        private final String origin;

        public Configured() {
            this("from the container");
        }

        Configured(String origin) {
            this.origin = origin;
        }

        @OnMessage
        public String onText(String text, Session session) {
            Map<String, Object> properties = session.getUserProperties();
            return switch (text) {
                case "origin" -> origin;
                case "subprotocol" -> "'" + session.getNegotiatedSubprotocol() + "'";
                default -> String.valueOf(properties.get(text));
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConfiguratorIsAsked(Protocol protocol) {
        try (FrameClient client =
                open(
                        protocol,
                        "/shake/configured?p=1",
                        "X-Agent",
                        "007",
                        "Origin",
                        "https://www.partner.example",
                        "Sec-WebSocket-Protocol",
                        "a, b")) {
            assertThat(client.header("X-Answer")).isEqualTo("42");
            assertThat(client.header("Sec-WebSocket-Protocol")).isEqualTo("b");
            assertThat(client.header("Sec-WebSocket-Accept")).isNotEqualTo("forged");
            assertThat(client.header("Connection")).isNotEqualTo("close");
            assertThat(client.text("origin").nextText()).isEqualTo("from the configurator");
            assertThat(client.text("subprotocol").nextText()).isEqualTo("'b'");
            assertThat(client.text("agent").nextText()).isEqualTo("007");
            assertThat(client.text("parameters").nextText()).isEqualTo("{p=[1]}");
            assertThat(client.text("uri").nextText())
                    .isEqualTo("ws://" + server.http().getAuthority() + "/shake/configured?p=1");
        }
        try (FrameClient client =
                open(
                        protocol,
                        "/shake/configured",
                        "X-Agent",
                        "1",
                        "Sec-WebSocket-Protocol",
                        "a,none")) {
            assertThat(client.header("Sec-WebSocket-Protocol")).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConfiguratorRefusesAnOrigin(Protocol protocol) {
        int made = Team.MADE.get();
        for (String origin :
                List.of("https://www.evil.example", "null", server.http().toString())) {
            try (FrameClient client =
                    FrameClient.open(protocol, server, "/shake/configured", "Origin", origin)) {
                assertThat(client.status()).isEqualTo(403);
            }
        }
        assertThat(Team.MADE).hasValue(made);
    }

    @Dependent
    @AllowedOrigins("https://*.partner.example")
    @MaxMessage(bytes = 300_000)
    @ServerEndpoint(
            value = "/shake/annotated",
            subprotocols = {"second", "first"})
    public static class Annotated {
        @OnMessage
        public String onText(String text) {
            return text;
        }
    }

    @ParameterizedTest
    @EnumSource
    void annotationsBesideTheEndpoint(Protocol protocol) {
        for (String origin : List.of("https://partner.example", server.http().toString())) {
            try (FrameClient client =
                    FrameClient.open(protocol, server, "/shake/annotated", "Origin", origin)) {
                assertThat(client.status()).isEqualTo(403);
            }
        }
        try (FrameClient client =
                open(
                        protocol,
                        "/shake/annotated",
                        "Origin",
                        "https://a.partner.example",
                        "Sec-WebSocket-Protocol",
                        "third, first, second")) {
            assertThat(client.header("Sec-WebSocket-Protocol")).isEqualTo("first");
            client.frame(FrameClient.TEXT, true, "x".repeat(300_000).getBytes(UTF_8));
            assertThat(client.nextText()).hasSize(300_000);
            client.frame(FrameClient.TEXT, true, "x".repeat(300_001).getBytes(UTF_8));
            assertThat(client.nextClose().closeCode()).isEqualTo(1009);
        }
    }

    // Limits that a session sets for itself.

    @Dependent
    @ServerEndpoint("/shake/limits")
    public static class Limits {
        @OnOpen
        public void onOpen(Session session) {
            session.setMaxTextMessageBufferSize(100_000);
            session.setMaxBinaryMessageBufferSize(10);
            session.setMaxIdleTimeout(Long.MAX_VALUE);
            assertThat(session.getMaxIdleTimeout()).isZero();
        }

        @OnMessage
        public String onText(String text, Session session) {
            if (text.equals("idle")) {
                session.setMaxIdleTimeout(300);
                return String.valueOf(session.getMaxIdleTimeout());
            }
            return session.getMaxTextMessageBufferSize() + " " + text.length();
        }

        @OnMessage
        public void onBinary(byte[] bytes) {}
    }

    @ParameterizedTest
    @EnumSource
    void limitsThatASessionSetsForItself(Protocol protocol) {
        try (FrameClient client = open(protocol, "/shake/limits")) {
            assertThat(client.text("x".repeat(90_000)).nextText()).isEqualTo("100000 90000");
            assertThat(client.binary(new byte[11]).nextClose().closeCode()).isEqualTo(1009);
        }
        try (FrameClient client = open(protocol, "/shake/limits")) {
            assertThat(client.text("x".repeat(100_001)).nextClose().closeCode()).isEqualTo(1009);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSessionThatAskedForItEndsWhenIdle(Protocol protocol) {
        try (FrameClient client = open(protocol, "/shake/limits")) {
            assertThat(client.text("idle").nextText()).isEqualTo("300");
            assertThat(client.nextClose().closeCode()).isEqualTo(1001);
        }
    }
}
