package io.highwater.cli.bench;

import io.highwater.time.Ticker;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Connections that have echoed one message or subscribed to a channel, and then say nothing: what
 * each holds of the server's heap and resident memory, as the figure with all of them minus the
 * figure with none.
 *
 * <p>The server has served and closed many connections before the first figure, so that classes,
 * pools, caches and the compiler's memory are in both.
 *
 * @param service what of Highwater is measured; the raw loop's connections echo
 */
record IdleWorkload(Ticker ticker, Service service, int connections, int bytes, Duration warmUp)
        implements Workload {
    private static final int FIRST_CONNECTIONS = 2_000;
    private static final Duration SETTLE = Duration.ofSeconds(1);

    /** The server's memory at one moment. */
    private record Memory(ClassHistogram live, long residentBytes) {}

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public JsonObjectBuilder settings() {
        return Json.createObjectBuilder()
                .add("service", service.jsonName())
                .add("connections", connections)
                .add("bytes", bytes)
                .add("warmUpSeconds", warmUp.toSeconds());
    }

    @Override
    public Outcome measure(ServerProcess server, Contestant contestant, Progress progress)
            throws IOException {
        IdleCrowd crowd =
                service == Service.CHANNELS && contestant == Contestant.HIGHWATER
                        ? new IdleCrowd.Subscribed(ticker)
                        : new IdleCrowd.Echoed(ticker, bytes);
        crowd.warmUp(server.port(), Math.min(FIRST_CONNECTIONS, connections), warmUp);
        try (LoadClient client = crowd.client(server.port(), connections)) {
            Memory empty = memory(client, server);
            progress.say("  " + connections + " connections");
            crowd.settle(client, connections);
            Memory full = memory(client, server);

            HeapShares shares = new HeapShares(full.live.since(empty.live), connections);
            double heapBytes = full.live.totalBytes() - empty.live.totalBytes();
            double residentBytes = full.residentBytes - empty.residentBytes;
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("heapBytesPerConnection", heapBytes / connections);
            figures.put("rssBytesPerConnection", residentBytes / connections);
            figures.put("wireBytes", shares.wireBytes());
            figures.put("aboveWireBytes", shares.aboveWireBytes());
            figures.put("otherBytes", shares.otherBytes());
            figures.put("heapBytesAtZero", (double) empty.live.totalBytes());
            figures.put("rssBytesAtZero", (double) empty.residentBytes);
            return new Outcome(
                    new Figures(figures),
                    crowd.lost(),
                    crowd.wrong(),
                    client.lostSockets(),
                    shares.toJson().build());
        }
    }

    /** Polls on while the tools run: a server may ping, and wants its pong in time. */
    private Memory memory(LoadClient client, ServerProcess server) throws IOException {
        client.pollUntil(() -> false, ticker.nanoTime() + SETTLE.toNanos());
        CompletableFuture<ClassHistogram> live =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return server.liveObjects();
                            } catch (IOException e) {
                                throw new CompletionException(e);
                            }
                        });
        if (!client.pollUntil(live::isDone, ticker.nanoTime() + IdleCrowd.LIMIT.toNanos())) {
            throw new BenchException(
                    "the heap of the server could not be counted in " + IdleCrowd.LIMIT);
        }
        try {
            return new Memory(live.join(), server.residentBytes());
        } catch (CompletionException e) {
            throw new BenchException(
                    "the heap of the server cannot be counted: " + e.getCause(), e);
        }
    }
}
