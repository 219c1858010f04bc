package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of highwater.v1. Confined to its test. */
final class ChannelClient implements WebSocket.Listener, AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final List<String> others = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final WebSocket socket;

    ChannelClient(NodeProcess node) throws Exception {
        socket =
                HTTP.newWebSocketBuilder()
                        .subprotocols("highwater.v1")
                        .buildAsync(URI.create("ws://127.0.0.1:" + node.port() + "/v1/ws"), this)
                        .get(60, TimeUnit.SECONDS);
        send("{'type':'hello','id':1,'client':'device-7','attempt':0}");
        await("'type':'welcome'");
    }

    /**
     * @param json with ' for "
     */
    void send(String json) throws Exception {
        socket.sendText(json.replace('\'', '"'), true).get(60, TimeUnit.SECONDS);
    }

    /** The first message that contains this, of those that were not awaited before. */
    String await(String part) throws Exception {
        String wanted = part.replace('\'', '"');
        for (String next = found(wanted); ; next = found(wanted)) {
            if (next != null) {
                return next;
            }
            String more = received.poll(60, TimeUnit.SECONDS);
            assertThat(more).as("a message with " + part + " after " + others).isNotNull();
            others.add(more);
        }
    }

    private @Nullable String found(String part) {
        for (String other : others) {
            if (other.contains(part)) {
                others.remove(other);
                return other;
            }
        }
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            received.add(text.toString());
            text.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public void close() {
        socket.abort();
    }
}
