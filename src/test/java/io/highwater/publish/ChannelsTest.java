package io.highwater.publish;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.Highwater;
import io.highwater.backbone.Level;
import io.highwater.session.Sessions;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestSocket;
import io.highwater.wire.CloseStatus;
import jakarta.inject.Inject;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An application publishes from Java, through a whole node. Time limits are guards. */
@Timeout(120)
final class ChannelsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Publishes each message that it gets. */
    @ServerEndpoint("/desk")
    public static class Desk {
        @Inject Channels channels;

        @OnMessage
        public void onText(String json) {
            var unused = channels.publish("desk", json);
        }
    }

    /** Publishes without any WebSocket. */
    public static class Ledger {
        static CompletableFuture<Channels> injected = new CompletableFuture<>();

        @Inject
        Ledger(Channels channels) {
            injected.complete(channels);
        }
    }

    private static Highwater node;
    private static Channels channels;

    @BeforeAll
    static void start() throws Exception {
        node =
                Highwater.builder()
                        .port(0)
                        .adminPort(0)
                        .drainWindow(Duration.ZERO)
                        .bean(Known.Rule.class)
                        .bean(Desk.class)
                        .start();
        channels = node.channels();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), SECONDS);
    }

    private static URI http() {
        return URI.create("http://127.0.0.1:" + node.port());
    }

    private static TestSocket client(String subject, String name) throws Exception {
        TestSocket socket =
                SocketOverHttp1.openWith(
                                http(),
                                Sessions.PATH,
                                "X-Subject: " + subject,
                                "Sec-WebSocket-Protocol: " + Sessions.SUBPROTOCOL)
                        .reading();
        socket.text("{\"type\":\"hello\",\"id\":1,\"client\":\"" + name + "\"}");
        assertThat(socket.next(PATIENCE).text()).contains("\"welcome\"");
        return socket;
    }

    private static void subscribe(TestSocket socket, String channel) throws Exception {
        socket.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}");
        assertThat(socket.next(PATIENCE).text()).contains("\"subscribed\"");
    }

    @Test
    void clientsReceiveWhatTheApplicationPublishes() throws Exception {
        try (TestSocket socket = client("u-1", "device-1")) {
            subscribe(socket, "orders");
            Published published =
                    get(
                            channels.publish(
                                    "orders",
                                    "{\"table\": 4}",
                                    PublishOptions.of().withMsgId("o-1").withKey("t4")));
            assertThat(published.level()).isEqualTo(Level.MEMORY);
            assertThat(published.duplicate()).isFalse();
            assertThat(socket.next(PATIENCE).text())
                    .contains("\"msgId\":\"o-1\"")
                    .contains("\"key\":\"t4\"")
                    .contains("\"position\":\"" + published.position().text() + "\"")
                    .endsWith("\"data\":{\"table\": 4}}");
        }
    }

    @Test
    void anEndpointHasThemInjected() throws Exception {
        try (TestSocket watching = client("u-1", "device-1");
                TestSocket desk = SocketOverHttp1.open(http(), "/desk", null).reading()) {
            subscribe(watching, "desk");
            desk.text("[1]");
            assertThat(watching.next(PATIENCE).text()).endsWith("\"data\":[1]}");
        }
    }

    @Test
    void aBeanHasThemInjectedBeforeAnybodyConnects() throws Exception {
        try (Highwater other =
                Highwater.builder()
                        .port(0)
                        .adminPort(0)
                        .bean(Ledger.class)
                        .bean(Starter.class)
                        .start()) {
            Channels injected = Ledger.injected.get(PATIENCE.toSeconds(), SECONDS);
            get(injected.publish("a", "1"));
            assertThat(get(other.channels().history("a", null, 10)).messages()).hasSize(1);
        }
    }

    /** Makes the container create the bean. */
    @jakarta.enterprise.context.ApplicationScoped
    public static class Starter {
        @Inject Ledger ledger;

        void onStart(
                @jakarta.enterprise.event.Observes
                        @jakarta.enterprise.context.Initialized(
                                jakarta.enterprise.context.ApplicationScoped.class)
                        Object event) {}
    }

    @Test
    void aRepeatGetsTheFirstPosition() throws Exception {
        PublishOptions options = PublishOptions.of().withMsgId("m-1");
        Published first = get(channels.publish("repeats", "1", options));
        Published second = get(channels.publish("repeats", "2", options));
        assertThat(second.duplicate()).isTrue();
        assertThat(second.position()).isEqualTo(first.position());
        Published ofAnother =
                get(channels.publish("repeats", "3", options.withPublisher("billing")));
        assertThat(ofAnother.duplicate()).isFalse();
    }

    @Test
    void noClientCanHaveAMessageOfTheApplicationCountAsItsRepeat() throws Exception {
        try (TestSocket socket = client("u-1", "application")) {
            socket.text(
                    "{\"type\":\"publish\",\"id\":3,\"channel\":\"guessed\",\"msgId\":\"m\",\"data\":0}");
            assertThat(socket.next(PATIENCE).text()).contains("\"published\"");
            Published published =
                    get(channels.publish("guessed", "1", PublishOptions.of().withMsgId("m")));
            assertThat(published.duplicate()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a b, 1, channel:",
        "'', 1, channel:",
        "a, {, data:",
        "a, 1 2, data:",
        "a, '', data:",
    })
    void whatNoClientCouldPublishIsRefused(String channel, String json, String field) {
        assertThatThrownBy(() -> channels.publish(channel, json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(field);
    }

    @Test
    void optionsOutsideTheRulesAreRefused() {
        assertThatThrownBy(() -> PublishOptions.of().withMsgId("a.b"))
                .hasMessageStartingWith("msgId:");
        assertThatThrownBy(() -> PublishOptions.of().withKey("")).hasMessageStartingWith("key:");
        assertThatThrownBy(() -> PublishOptions.of().withPublisher("a:b"))
                .hasMessageStartingWith("publisher:");
    }

    @Test
    void aMessageIsAsLargeAsAClientsOrRefused() throws Exception {
        int most = 64 << 10;
        String options =
                "{\"type\":\"publish\",\"id\":2147483647,\"channel\":\"a\",\"msgId\":\"m\"";
        options += ",\"key\":\"\",\"secret\":false,\"data\":\"\"}";
        String longest = "\"" + "x".repeat(most - options.length()) + "\"";
        PublishOptions m = PublishOptions.of().withMsgId("m");
        get(channels.publish("a", longest, m));
        assertThatThrownBy(() -> channels.publish("a", " " + longest, m))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("data: the message takes 65537 bytes");
    }

    @Test
    void aBatchKeepsItsOrder() throws Exception {
        List<PublishRequest> batch =
                List.of(
                        new PublishRequest("batch", "1"),
                        new PublishRequest("batch.other", "2"),
                        new PublishRequest("batch", "3"));
        for (CompletionStage<Published> stage : channels.publishAll(batch)) {
            get(stage);
        }
        assertThat(get(channels.history("batch", null, 10)).messages())
                .extracting(Message::json)
                .containsExactly("1", "3");
    }

    @Test
    void oneBadMessageKeepsTheWholeBatchFromBeingPublished() throws Exception {
        assertThatThrownBy(
                        () ->
                                channels.publishAll(
                                        List.of(
                                                new PublishRequest("none", "1"),
                                                new PublishRequest("none", "{"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("messages[1]: data:");
        assertThat(get(channels.history("none", null, 10)).messages()).isEmpty();
    }

    @Test
    void historyIsReadFromBothEndsAndByTime() throws Exception {
        Published first = get(channels.publish("history", "1"));
        Published second = get(channels.publish("history", "2"));
        get(channels.publish("history", "3"));
        MessagePage page = get(channels.history("history", first.position(), 1));
        assertThat(page.complete()).isFalse();
        assertThat(page.messages())
                .singleElement()
                .satisfies(
                        message -> {
                            assertThat(message.json()).isEqualTo("2");
                            assertThat(message.position()).isEqualTo(second.position());
                            assertThat(message.msgId()).isEqualTo(second.msgId());
                        });
        assertThat(get(channels.historyBefore("history", null, 2)).messages())
                .extracting(Message::json)
                .containsExactly("3", "2");
        assertThat(get(channels.historyFrom("history", Instant.EPOCH, 10)).messages()).hasSize(3);
        assertThatThrownBy(() -> channels.history("history", null, 0))
                .hasMessage("limit: 0 is not from 1 to 1000");
    }

    @Test
    void anEphemeralMessageHasNoPosition() throws Exception {
        Published published = get(channels.publish("ephemeral:a", "1"));
        assertThat(published.position()).isNull();
        assertThat(published.level()).isEqualTo(Level.EPHEMERAL);
    }

    @Test
    void presenceNamesTheClients() throws Exception {
        try (TestSocket a = client("u-1", "device-1");
                TestSocket b = client("u-2", "device-2")) {
            subscribe(a, "who");
            subscribe(b, "who");
            Subscribers who = get(channels.presence("who"));
            assertThat(who.count()).isEqualTo(2);
            assertThat(who.clients()).containsExactly("device-1", "device-2");
        }
    }

    @Test
    void aSubjectsSessionsOfBothKindsAreFoundAndEnded() throws Exception {
        try (TestSocket one = client("u-7", "device-7");
                TestSocket two =
                        SocketOverHttp1.openWith(http(), "/desk", "X-Subject: u-7").reading();
                TestSocket other = client("u-8", "device-8")) {
            await().atMost(PATIENCE).until(() -> channels.sessionsOf("u-7").size() == 2);
            assertThat(channels.sessionsOf("u-7"))
                    .allMatch(session -> session.identity().subject().equals("u-7"))
                    .extracting(ClientSession::path, ClientSession::client)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple(Sessions.PATH, "device-7"),
                            org.assertj.core.groups.Tuple.tuple("/desk", null));
            CloseStatus closed = new CloseStatus(CloseStatus.FORBIDDEN, "account closed");
            assertThat(channels.disconnect("u-7", closed)).isEqualTo(2);
            assertThat(one.next(PATIENCE).closeCode()).isEqualTo(4403);
            assertThat(two.next(PATIENCE).closeCode()).isEqualTo(4403);
            await().atMost(PATIENCE).until(() -> channels.sessionsOf("u-7").isEmpty());
            subscribe(other, "still.open");
        }
    }

    @Test
    void nobodyIsTheSubjectOfAnonymousClients() {
        CloseStatus closed = CloseStatus.of(CloseStatus.NORMAL);
        assertThatThrownBy(() -> channels.disconnect("", closed)).hasMessage("subject: is empty");
        CloseStatus unsent = CloseStatus.of(CloseStatus.ABNORMAL);
        assertThatThrownBy(() -> channels.disconnect("u-1", unsent))
                .hasMessageStartingWith("status: ");
    }

    @Test
    void aNodeThatHasEndedFailsTheStage() throws Exception {
        Highwater ended = Highwater.builder().port(0).adminPort(0).start();
        ended.close();
        assertThatThrownBy(() -> get(ended.channels().publish("a", "1")))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(io.highwater.backbone.UnavailableException.class);
    }
}
