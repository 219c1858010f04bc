package io.highwater;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.highwater.log.LogLevel;
import io.highwater.log.LogLimit;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestSocket;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** What one address can write into a node's log. */
final class LogFloodTest {
    private static final int SESSIONS = LogLimit.LINES + 10;
    private static final Duration GUARD = Duration.ofSeconds(60);

    /** Written to by many threads. */
    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<ILoggingEvent> all = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            all.add(event);
        }

        List<ILoggingEvent> named(String message) {
            return all.stream().filter(event -> event.getMessage().equals(message)).toList();
        }
    }

    @ServerEndpoint("/fails")
    public static class Fails {
        @OnMessage
        public void onText(String text) {
            throw new IllegalStateException("expected by the test");
        }
    }

    private final Lines lines = new Lines();
    private Level level = Level.INFO;

    @ParameterizedTest
    @CsvSource({"/fails,", "/v1/ws, highwater.v1"})
    void closesOfOneAddressAreSomeLinesAndACount(String path, String subprotocol) throws Exception {
        level = Level.DEBUG;
        flood(path, subprotocol, "x".repeat(101));
        assertThat(lines.named("session_closed")).hasSize(LogLimit.LINES);
        assertThat(lines.named("log_limited"))
                .extracting(event -> event.getKeyValuePairs().toString())
                .contains("[kind=\"session_closed\", peer=\"127.0.0.1\", left_out=\"10\"]");
    }

    @ParameterizedTest
    @CsvSource({"/fails,", "/v1/ws, highwater.v1"})
    void byDefaultTheyAreACountAlone(String path, String subprotocol) throws Exception {
        flood(path, subprotocol, "x".repeat(101));
        assertThat(lines.named("session_closed")).isEmpty();
        assertThat(lines.named("sessions_closed"))
                .singleElement()
                .extracting(event -> event.getKeyValuePairs().toString())
                .isEqualTo("[close_code=\"1009\", count=\"" + SESSIONS + "\"]");
    }

    /** What an operator looks for stands there, whatever codes peers close with. */
    @ParameterizedTest
    @CsvSource({"/fails,", "/v1/ws, highwater.v1"})
    void codesThatPeersMakeUpHideNone(String path, @Nullable String subprotocol) throws Exception {
        logged(
                uri -> {
                    for (int code = 3_000; code < 3_100; code++) {
                        try (TestSocket socket =
                                SocketOverHttp1.open(uri, path, subprotocol).reading()) {
                            socket.close(code);
                            assertThat(socket.next(GUARD).isClose()).isTrue();
                        }
                    }
                    try (TestSocket socket =
                            SocketOverHttp1.open(uri, path, subprotocol).reading()) {
                        socket.text("x".repeat(101));
                        assertThat(socket.next(GUARD).isClose()).isTrue();
                    }
                });
        assertThat(lines.named("sessions_closed"))
                .extracting(event -> event.getKeyValuePairs().toString())
                .containsExactlyInAnyOrder(
                        "[close_code=\"1009\", count=\"1\"]",
                        "[close_code=\"other\", count=\"100\"]");
    }

    @ServerEndpoint("/counts")
    public static class Counts {
        @OnMessage
        public void onNumber(int number) {}
    }

    @Test
    void soAreMessagesThatAnEndpointCannotRead() throws Exception {
        level = Level.DEBUG;
        flood("/counts", null, "no number");
        assertThat(lines.named("message_refused")).hasSize(LogLimit.LINES);
    }

    @Test
    void soAreTheFailuresThatItCauses() throws Exception {
        flood("/fails", null, "x");
        assertThat(lines.named("endpoint_failed")).hasSize(LogLimit.LINES);
        assertThat(lines.named("log_limited"))
                .extracting(event -> event.getKeyValuePairs().get(0).value)
                .containsExactly("endpoint_failed");
    }

    @Test
    void refusedHandshakesSayWhoWasRefusedByWhatAndWhy() throws Exception {
        logged(
                uri -> {
                    for (int i = 0; i < SESSIONS; i++) {
                        assertThatThrownBy(
                                        () ->
                                                SocketOverHttp1.openWith(
                                                        uri,
                                                        "/v1/echo",
                                                        "Origin: https://evil.example"))
                                .hasMessageContaining("403");
                    }
                });
        assertThat(lines.named("handshake_refused"))
                .hasSize(LogLimit.LINES)
                .first()
                .extracting(event -> event.getKeyValuePairs().toString())
                .asString()
                .contains(
                        "rule=\"origin\"",
                        "status=\"403\"",
                        "path=\"/v1/echo\"",
                        "origin=\"https://evil.example\"",
                        "highwater.handshake.allowed-origins",
                        "peer=\"127.0.0.1:");
        assertThat(lines.named("log_limited"))
                .singleElement()
                .extracting(event -> event.getKeyValuePairs().toString())
                .isEqualTo("[kind=\"handshake_refused\", peer=\"127.0.0.1\", left_out=\"10\"]");
    }

    private void flood(String path, @Nullable String subprotocol, String first) throws Exception {
        logged(
                uri -> {
                    for (int i = 0; i < SESSIONS; i++) {
                        try (TestSocket socket =
                                SocketOverHttp1.open(uri, path, subprotocol).reading()) {
                            socket.text(first);
                            assertThat(socket.next(GUARD).isClose()).isTrue();
                        }
                    }
                });
    }

    private interface Flood {
        void at(URI uri) throws Exception;
    }

    private void logged(Flood flood) throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger("io.highwater");
        lines.start();
        LogLevel.set(level);
        logger.addAppender(lines);
        try (Highwater node =
                Highwater.builder()
                        .port(0)
                        .adminPort(0)
                        .drainWindow(Duration.ZERO)
                        .ratePerIp(1_000, 1_000)
                        .maxMessageBytes(100)
                        .bean(Fails.class)
                        .bean(Counts.class)
                        .start()) {
            flood.at(URI.create("http://127.0.0.1:" + node.port()));
        } finally {
            logger.detachAppender(lines);
            LogLevel.set(Level.INFO);
        }
    }
}
