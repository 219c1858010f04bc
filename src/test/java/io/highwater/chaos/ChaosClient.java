package io.highwater.chaos;

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
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A client of one channel that connects again, to any node, whenever its connection ends, and now
 * and then for no reason. It has a thread of its own; the fields of a subclass belong to that
 * thread, but for what it says is for any.
 */
abstract class ChaosClient {
    private static final Duration TICK = Duration.ofMillis(20);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final List<URI> nodes;
    private final String name;
    private final String channel;
    private final History history;
    private final Random random;
    private final Thread thread;
    private int attempt;
    private volatile boolean ending;
    private volatile @Nullable Throwable failure;

    /**
     * @param seed of what this client draws
     */
    ChaosClient(List<URI> nodes, String name, String channel, History history, long seed) {
        this.nodes = List.copyOf(nodes);
        this.name = name;
        this.channel = channel;
        this.history = history;
        this.random = new Random(seed ^ name.hashCode());
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    final void start() {
        thread.start();
    }

    final String name() {
        return name;
    }

    final String channel() {
        return channel;
    }

    final History history() {
        return history;
    }

    final Random random() {
        return random;
    }

    /** The connection is new: says what it has to say. */
    abstract void onOpen(TestSocket socket) throws IOException;

    abstract void onReply(TestSocket socket, JsonObject reply) throws IOException;

    /** Called again and again, at least every {@link #TICK}. */
    abstract void onTick(TestSocket socket) throws IOException;

    /** The connection is over. */
    abstract void onEnd();

    /** Whether everything is done, once the run has asked to end. */
    abstract boolean isOver();

    final boolean isEnding() {
        return ending;
    }

    /** From now on it is to be over as soon as it can. */
    final void askToEnd() {
        ending = true;
    }

    /** Waits for its end; false if it takes longer. */
    final boolean awaitEnd(Duration patience) throws InterruptedException {
        thread.join(patience.toMillis());
        if (failure != null) {
            throw new AssertionError(name + " failed", failure);
        }
        return !thread.isAlive();
    }

    /** Ends it whether it is over or not. */
    final void abandon() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    private void run() {
        try {
            while (!(ending && isOver())) {
                try (TestSocket socket = connect()) {
                    talk(socket);
                } catch (IOException e) {
                    // The node is away, or was killed in the middle of this, or wants us to wait.
                    Thread.sleep(PAUSE.toMillis());
                } finally {
                    onEnd();
                }
            }
        } catch (InterruptedException e) {
            // The run is over.
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private TestSocket connect() throws IOException {
        URI node = nodes.get(random.nextInt(nodes.size()));
        TestSocket socket = SocketOverHttp1.open(node, "/v1/ws", "highwater.v1").reading();
        socket.text(
                "{\"type\":\"hello\",\"client\":\"" + name + "\",\"attempt\":" + attempt++ + "}");
        onOpen(socket);
        return socket;
    }

    private void talk(TestSocket socket) throws IOException, InterruptedException {
        while (!(ending && isOver())) {
            Received received = socket.next(TICK);
            if (received != null && received.isClose()) {
                return;
            }
            if (received != null) {
                onReply(socket, parse(received.text()));
            }
            onTick(socket);
        }
    }

    private static JsonObject parse(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
