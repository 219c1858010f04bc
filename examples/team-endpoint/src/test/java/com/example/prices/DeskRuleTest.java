package com.example.prices;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.Highwater;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The desk is known by its address. All clients of this test come through a proxy of this machine,
 * which is believed; who has no X-Forwarded-For is the desk itself.
 */
final class DeskRuleTest {
    private static final String ELSEWHERE = "203.0.113.7";

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private Highwater node;

    @BeforeEach
    void start() throws Exception {
        node =
                Highwater.builder()
                        .port(0)
                        .adminPort(0)
                        .drainWindow(Duration.ZERO)
                        .trustedProxies("127.0.0.1")
                        .start();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void theDeskPublishesWhateverItCallsItself() throws Exception {
        WebSocket desk = open("someone", null);
        assertAnswer("\"published\"", publish(desk, "desk:prices"));
    }

    @Test
    void whoCallsItselfTheDeskFromElsewhereIsNotTrusted() throws Exception {
        for (String name : new String[] {"desk", "desk.1", "127.0.0.1"}) {
            WebSocket other = open(name, ELSEWHERE);
            assertAnswer("\"FORBIDDEN\"", publish(other, "desk:prices"));
        }
    }

    /** What stands further left is what the client wrote itself. */
    @Test
    void whoForwardsTheDesksAddressIsNotTrustedEither() throws Exception {
        WebSocket other = open("desk", "127.0.0.1, " + ELSEWHERE);
        assertAnswer("\"FORBIDDEN\"", publish(other, "desk:prices"));
    }

    @Test
    void allMayReadTheDesksChannelsAndNoOthers() throws Exception {
        WebSocket other = open("reader", ELSEWHERE);
        assertAnswer("\"subscribed\"", subscribe(other, "desk:prices"));
        assertAnswer("\"FORBIDDEN\"", subscribe(other, "room:tea"));
        assertAnswer("\"FORBIDDEN\"", publish(open("desk", null), "room:tea"));
    }

    private String publish(WebSocket socket, String channel) throws InterruptedException {
        return ask(
                socket,
                "{\"type\":\"publish\",\"id\":2,\"channel\":\""
                        + channel
                        + "\",\"msgId\":\"1\",\"data\":{\"cents\":100}}");
    }

    private String subscribe(WebSocket socket, String channel) throws InterruptedException {
        return ask(socket, "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}");
    }

    private String ask(WebSocket socket, String command) throws InterruptedException {
        socket.sendText(command, true).join();
        return received.poll(20, TimeUnit.SECONDS);
    }

    private static void assertAnswer(String expected, String answer) {
        assertTrue(answer != null && answer.contains(expected), answer);
    }

    /** A channel session whose client says that this is its name. */
    private WebSocket open(String name, String forwardedFor) throws InterruptedException {
        WebSocket.Builder opening =
                HttpClient.newHttpClient()
                        .newWebSocketBuilder()
                        .header("X-Desk-Key", "open-sesame")
                        .subprotocols("highwater.v1");
        if (forwardedFor != null) {
            opening.header("X-Forwarded-For", forwardedFor);
        }
        WebSocket socket =
                opening.buildAsync(
                                URI.create("ws://127.0.0.1:" + node.port() + "/v1/ws"),
                                new Listener())
                        .join();
        assertAnswer(
                "\"welcome\"",
                ask(socket, "{\"type\":\"hello\",\"id\":1,\"client\":\"" + name + "\"}"));
        return socket;
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder parts = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            parts.append(text);
            if (last) {
                received.add(parts.toString());
                parts.setLength(0);
            }
            return WebSocket.Listener.super.onText(socket, text, last);
        }
    }
}
