package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.ClientListener;
import io.highwater.bench.client.ClientSocket;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Opening;
import io.highwater.bench.client.Ticker;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * TCP connect, upgrade, closing handshake, over and over: processor time of one of them.
 *
 * @param atOnce how many are under way at any time
 */
record ConnectWorkload(Ticker ticker, int atOnce, Duration warmUp, Duration window)
        implements Workload {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long POLL_NANOS = 1_000_000;

    @Override
    public String name() {
        return "connect";
    }

    @Override
    public JsonObjectBuilder settings() {
        return Json.createObjectBuilder()
                .add("atOnce", atOnce)
                .add("warmUpSeconds", warmUp.toSeconds())
                .add("seconds", window.toSeconds());
    }

    /** Closes each socket as soon as it is open. */
    private static final class Visitor implements ClientListener {
        private @Nullable LoadClient client;

        @Override
        public void onOpen(ClientSocket socket) {
            if (client != null) {
                client.close(socket);
            }
        }

        @Override
        public void onMessage(
                ClientSocket socket, ByteBuffer in, int at, int length, long nowNanos) {
            // Welcomes.
        }
    }

    @Override
    public Outcome measure(ServerProcess server, Contestant contestant, Progress progress)
            throws IOException {
        Opening opening =
                contestant.rooms() == Contestant.Rooms.CHANNELS
                        ? Members.CHANNELS
                        : EchoWorkload.ECHO;
        visit(server, opening, warmUp);
        CpuTime cpuBefore = server.cpuTime();
        long startNanos = ticker.nanoTime();
        long visits = visit(server, opening, window);
        double seconds = (ticker.nanoTime() - startNanos) / 1e9;
        CpuTime cpu = server.cpuTime().since(cpuBefore);
        if (visits == 0) {
            throw new BenchException("not one connection was closed" + server.output());
        }
        return new Outcome(
                new Figures(
                        Map.of(
                                "cpuMicrosPerConnect",
                                (double) cpu.totalMicros() / visits,
                                "connectsPerSecond",
                                visits / seconds)),
                0,
                0,
                0,
                null);
    }

    /** How many came and went; all are gone when it returns. */
    private long visit(ServerProcess server, Opening opening, Duration time) throws IOException {
        Visitor visitor = new Visitor();
        try (LoadClient client = new LoadClient(server.port(), ticker, visitor)) {
            visitor.client = client;
            client.begin(opening);
            long endNanos = ticker.nanoTime() + time.toNanos();
            while (endNanos - ticker.nanoTime() > 0) {
                while (client.size() - client.closedSockets() < atOnce) {
                    client.openOne();
                }
                client.poll(POLL_NANOS);
            }
            long visits = client.size();
            if (!client.pollUntil(
                    () -> client.closedSockets() == visits, endNanos + LIMIT.toNanos())) {
                throw new BenchException(
                        visits - client.closedSockets() + " connections were not closed");
            }
            return visits;
        }
    }
}
