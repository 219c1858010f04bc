package io.highwater.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.outbound.OfferResult;
import io.highwater.testing.DeflateContext;
import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Frame;
import io.highwater.testing.FrameClient.Protocol;
import io.highwater.testing.TestServer;
import jakarta.enterprise.context.Dependent;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Compression of annotated endpoints, over HTTP/1.1 and HTTP/2. */
class CompressTest {
    private static final String LONG =
            "{\"type\":\"tick\",\"symbol\":\"EURUSD\",\"price\":1.0842}".repeat(4);

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static FrameClient open(Protocol protocol, String path) {
        FrameClient client =
                FrameClient.open(
                        protocol, server, path, DeflateContext.HEADER, DeflateContext.OFFER);
        assertThat(client.isOpen()).as("status %s", client.status()).isTrue();
        return client;
    }

    /** Does what a message asks for. */
    @Dependent
    @ServerEndpoint("/compress/node")
    public static class Node {
        private static final Set<Session> SESSIONS = ConcurrentHashMap.newKeySet();

        @OnOpen
        public void onOpen(Session session) {
            SESSIONS.add(session);
        }

        @OnClose
        public void onClose(Session session) {
            SESSIONS.remove(session);
        }

        @OnMessage
        public String onText(String text, Session session) throws IOException {
            HighWaterAsync remote = HighWaterAsync.of(session);
            switch (text) {
                case "extensions" -> {
                    return session.getNegotiatedExtensions().stream()
                            .map(
                                    e ->
                                            e.getName()
                                                    + e.getParameters().stream()
                                                            .map(
                                                                    p ->
                                                                            " "
                                                                                    + p.getName()
                                                                                    + "="
                                                                                    + p.getValue())
                                                            .sorted()
                                                            .toList())
                            .toList()
                            .toString();
                }
                case "secret" -> {
                    assertThat(remote.offerText(LONG, Compression.NEVER))
                            .isEqualTo(OfferResult.ACCEPTED);
                    return LONG;
                }
                case "broadcast" -> {
                    HighWaterAsync.broadcastText(Set.copyOf(SESSIONS), LONG);
                    return "done";
                }
                case "parts" -> {
                    session.getBasicRemote().sendText(LONG, false);
                    session.getBasicRemote().sendText("", false);
                    session.getBasicRemote().sendText(LONG, true);
                    return "done";
                }
                default -> {
                    return text;
                }
            }
        }
    }

    @Dependent
    @ServerEndpoint("/compress/off")
    @Compress(mode = DeflatePolicy.OFF)
    public static class Off extends Node {
        @Override
        @OnMessage
        public String onText(String text, Session session) throws IOException {
            return super.onText(text, session);
        }
    }

    @Dependent
    @ServerEndpoint("/compress/shared")
    @Compress(mode = DeflatePolicy.SHARED)
    public static class Shared extends Node {
        @Override
        @OnMessage
        public String onText(String text, Session session) throws IOException {
            return super.onText(text, session);
        }
    }

    @Dependent
    @ServerEndpoint("/compress/large")
    @Compress(mode = DeflatePolicy.CONTEXT_32K)
    public static class Large extends Node {
        @Override
        @OnMessage
        public String onText(String text, Session session) throws IOException {
            return super.onText(text, session);
        }
    }

    static Stream<Arguments> modes() {
        Map<String, String> answers =
                Map.of(
                        "node",
                        "permessage-deflate; client_max_window_bits=12",
                        "large",
                        "permessage-deflate; client_max_window_bits=15",
                        "shared",
                        "permessage-deflate; client_max_window_bits=9",
                        "off",
                        "");
        return Stream.of(Protocol.values())
                .flatMap(
                        protocol ->
                                answers.entrySet().stream()
                                        .map(
                                                mode ->
                                                        Arguments.of(
                                                                protocol,
                                                                mode.getKey(),
                                                                mode.getValue())));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void theModeOfAnEndpointIsSeenInItsHandshake(Protocol protocol, String mode, String answer) {
        try (FrameClient client = open(protocol, "/compress/" + mode);
                DeflateContext context = new DeflateContext()) {
            String header = client.header(DeflateContext.HEADER);
            assertThat(header).isEqualTo(answer.isEmpty() ? null : answer);
            client.text(LONG);
            Frame echo = client.nextMessage();
            assertThat(echo.rsv1()).isEqualTo(!answer.isEmpty());
            assertThat(context.read(echo)).isEqualTo(LONG);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoOffersNothingGetsNothing(Protocol protocol) {
        try (FrameClient client = FrameClient.open(protocol, server, "/compress/node")) {
            assertThat(client.header(DeflateContext.HEADER)).isNull();
            client.text("extensions");
            assertThat(client.nextText()).isEqualTo("[]");
            client.text(LONG);
            assertThat(client.nextMessage().rsv1()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSessionKnowsItsExtensions(Protocol protocol) {
        try (FrameClient client = open(protocol, "/compress/node");
                DeflateContext context = new DeflateContext()) {
            client.text("extensions");
            assertThat(context.read(client.nextMessage()))
                    .isEqualTo("[permessage-deflate[ client_max_window_bits=12]]");
        }
    }

    @ParameterizedTest
    @EnumSource
    void compressedMessagesComeAndGo(Protocol protocol) {
        try (FrameClient client = open(protocol, "/compress/node");
                DeflateContext context = new DeflateContext()) {
            int first = 0;
            for (int i = 0; i < 100; i++) {
                context.text(client, LONG + i);
                Frame echo = client.nextMessage();
                assertThat(context.read(echo)).isEqualTo(LONG + i);
                first = i == 0 ? echo.payload().length : first;
                assertThat(echo.payload().length).isLessThanOrEqualTo(first);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSecretGoesAsItIsAndNothingRefersToIt(Protocol protocol) {
        try (FrameClient client = open(protocol, "/compress/node");
                DeflateContext context = new DeflateContext()) {
            client.text("secret");
            Frame secret = client.nextMessage();
            assertThat(secret.rsv1()).isFalse();
            assertThat(secret.text()).isEqualTo(LONG);
            Frame after = client.nextMessage();
            assertThat(after.rsv1()).isTrue();
            assertThat(after.payload().length).as("as if it were the first").isGreaterThan(40);
            assertThat(context.read(after)).isEqualTo(LONG);
        }
    }

    @Test
    void aBroadcastIsTheSameBytesForAll() {
        List<FrameClient> clients = new ArrayList<>();
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            FrameClient client = open(Protocol.values()[i % 2], "/compress/node");
            clients.add(client);
            client.text("extensions");
            client.nextMessage();
        }
        clients.get(0).text("broadcast");
        for (FrameClient client : clients) {
            Frame frame = client.nextMessage();
            assertThat(frame.rsv1()).isTrue();
            payloads.add(frame.payload());
            try (DeflateContext context = new DeflateContext()) {
                assertThat(context.read(frame)).isEqualTo(LONG);
            }
        }
        assertThat(payloads).allSatisfy(p -> assertThat(p).isEqualTo(payloads.get(0)));
        clients.forEach(FrameClient::close);
    }

    @ParameterizedTest
    @EnumSource
    void fragmentsAreOneCompressedMessage(Protocol protocol) {
        try (FrameClient client = open(protocol, "/compress/node");
                DeflateContext context = new DeflateContext()) {
            client.text("parts");
            Frame message = client.nextMessage();
            assertThat(message.rsv1()).isTrue();
            assertThat(context.read(message)).isEqualTo(LONG + LONG);
            assertThat(context.read(client.nextMessage())).isEqualTo("done");
            client.text(LONG);
            assertThat(context.read(client.nextMessage())).isEqualTo(LONG);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBrokenStreamEndsThatSessionAlone(Protocol protocol) {
        try (FrameClient good = open(protocol, "/compress/node");
                FrameClient bad = open(protocol, "/compress/node");
                DeflateContext context = new DeflateContext()) {
            bad.frame(FrameClient.TEXT | 0x40, true, new byte[] {-1, -1, -1, -1});
            assertThat(bad.nextClose().closeCode()).isEqualTo(1007);
            context.text(good, LONG);
            assertThat(context.read(good.nextMessage())).isEqualTo(LONG);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBombIs1009(Protocol protocol) {
        try (FrameClient client = open(protocol, "/compress/node");
                DeflateContext context = new DeflateContext()) {
            byte[] text = "a".repeat(70_000).getBytes(StandardCharsets.UTF_8);
            byte[] payload = context.deflate(text);
            assertThat(payload.length).isLessThan(64 * 1024);
            client.frame(FrameClient.TEXT | 0x40, true, payload);
            assertThat(client.nextClose().closeCode()).isEqualTo(1009);
        }
    }
}
