package io.highwater.system;

import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestSocket;
import io.highwater.testing.TestSocket.Received;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.time.Duration;

/**
 * A client of channels that connects again whenever its connection ends, as docs/protocol.md asks.
 * It has a thread of its own; the fields of a subclass belong to that thread until {@link #end} has
 * returned.
 */
abstract class LogClient {
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final URI server;
    private final String name;
    private final Thread thread;
    private int attempt;
    private volatile boolean ending;
    private volatile Throwable failure;

    LogClient(URI server, String name) {
        this.server = server;
        this.name = name;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    final void start() {
        thread.start();
    }

    final String name() {
        return name;
    }

    /** The connection is new: says what it has to say. */
    abstract void onOpen(TestSocket socket) throws IOException;

    abstract void onReply(TestSocket socket, JsonObject reply) throws IOException;

    /** Nothing came for a moment. */
    void onIdle(TestSocket socket) throws IOException {}

    /** Whether everything is done, if the test has asked to end. */
    abstract boolean isOver();

    final boolean isEnding() {
        return ending;
    }

    /** Waits until it {@link #isOver}; fails if it failed. */
    final void end(Duration patience) throws InterruptedException {
        ending = true;
        thread.join(patience.toMillis());
        if (failure != null) {
            throw new AssertionError(name + " failed", failure);
        }
        if (thread.isAlive()) {
            throw new AssertionError(name + " is not over after " + patience + ": " + this);
        }
    }

    private void run() {
        try {
            while (!(ending && isOver())) {
                try (TestSocket socket = connect()) {
                    talk(socket);
                } catch (IOException e) {
                    // The node is away, or was killed in the middle of this.
                    Thread.sleep(PAUSE.toMillis());
                }
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            failure = e;
        }
    }

    private TestSocket connect() throws IOException {
        TestSocket socket = SocketOverHttp1.open(server, "/v1/ws", "highwater.v1").reading();
        socket.text(
                "{\"type\":\"hello\",\"client\":\"" + name + "\",\"attempt\":" + attempt++ + "}");
        onOpen(socket);
        return socket;
    }

    private void talk(TestSocket socket) throws IOException, InterruptedException {
        while (!(ending && isOver())) {
            Received received = socket.next(PAUSE);
            if (received == null) {
                onIdle(socket);
            } else if (received.isClose()) {
                return;
            } else {
                onReply(socket, parse(received.text()));
            }
        }
    }

    private static JsonObject parse(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
