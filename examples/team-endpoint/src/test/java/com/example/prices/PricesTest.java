package com.example.prices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.Highwater;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The team's classes on a Highwater of their own, on any free port. */
final class PricesTest {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private Highwater node;

    @BeforeEach
    void start() throws Exception {
        node = Highwater.builder().port(0).adminPort(0).drainWindow(Duration.ZERO).start();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void tellsThePriceAndSellsDearer() throws Exception {
        WebSocket socket = open("/prices/HW", "open-sesame");
        assertEquals("{\"symbol\":\"HW\",\"cents\":100}", next());
        socket.sendText("5", true).join();
        assertEquals("{\"symbol\":\"HW\",\"cents\":105}", next());
    }

    @Test
    void anOrderIsPublishedInTheDesksChannel() throws Exception {
        WebSocket reader = open("/v1/ws", "open-sesame", "highwater.v1");
        reader.sendText("{\"type\":\"hello\",\"client\":\"reader\"}", true).join();
        assertTrue(next().contains("\"welcome\""));
        reader.sendText("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"desk:prices\"}", true)
                .join();
        assertTrue(next().contains("\"subscribed\""));
        node.channels().publish("desk:prices", "{\"open\":true}");
        assertTrue(next().endsWith("\"data\":{\"open\":true}}"));
        WebSocket buyer = open("/prices/HW", "open-sesame");
        assertEquals("{\"symbol\":\"HW\",\"cents\":100}", next());
        buyer.sendText("5", true).join();
        List<String> both = List.of(next(), next());
        assertTrue(both.contains("{\"symbol\":\"HW\",\"cents\":105}"), both.toString());
        assertTrue(
                both.stream()
                        .anyMatch(text -> text.endsWith("\"data\":{\"symbol\":\"HW\",\"cents\":105}}")),
                both.toString());
    }

    @Test
    void withoutTheKeyNobodyComesIn() {
        CompletionException refused =
                assertThrows(CompletionException.class, () -> open("/prices/HW", "guessed"));
        WebSocketHandshakeException answer = (WebSocketHandshakeException) refused.getCause();
        assertEquals(401, answer.getResponse().statusCode());
    }

    @Test
    void aDrainClosesSessionsWith1012() throws Exception {
        open("/prices/HW", "open-sesame");
        next();
        node.drain();
        assertEquals("closed 1012", next());
    }

    private WebSocket open(String path, String key, String... subprotocol) {
        WebSocket.Builder opening =
                HttpClient.newHttpClient().newWebSocketBuilder().header("X-Desk-Key", key);
        for (String offered : subprotocol) {
            opening.subprotocols(offered);
        }
        return opening.buildAsync(URI.create("ws://127.0.0.1:" + node.port() + path), new Listener())
                .join();
    }

    private String next() throws InterruptedException {
        return received.poll(20, TimeUnit.SECONDS);
    }

    private final class Listener implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            received.add(text.toString());
            return WebSocket.Listener.super.onText(socket, text, last);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            received.add("closed " + code);
            return null;
        }
    }
}
