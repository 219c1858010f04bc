package io.highwater.bench.tomcat;

import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One message at a time to Tomcat, which throws at a second one: what its users have to write.
 * Thread-safe.
 */
final class Outbox implements SendHandler {
    private final RemoteEndpoint.Async remote;
    // Guarded by this, both.
    private final Deque<String> waiting = new ArrayDeque<>(1);
    private boolean sending;

    Outbox(RemoteEndpoint.Async remote) {
        this.remote = remote;
    }

    void send(String text) {
        synchronized (this) {
            if (sending) {
                waiting.add(text);
                return;
            }
            sending = true;
        }
        remote.sendText(text, this);
    }

    @Override
    public void onResult(SendResult result) {
        String next = next();
        if (next != null) {
            remote.sendText(next, this);
        }
    }

    private synchronized @Nullable String next() {
        String next = waiting.poll();
        sending = next != null;
        return next;
    }
}
