package io.highwater.bench;

import io.highwater.bench.client.Carrier;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Ticker;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Connections that have echoed their messages or subscribed to a channel, and then say nothing:
 * what each holds of the server's heap and resident memory, as the figure with all of them minus
 * the figure with none; and, if that is asked for, what they cost the processor while they are
 * idle.
 *
 * <p>The server has served and closed many connections before the first figure, so that classes,
 * pools, caches and the compiler's memory are in both.
 *
 * @param carrier of those contestants that have HTTP/2; the others' is HTTP/1.1
 * @param conversation of those that echo; who subscribes to a channel says no more
 * @param watch how long the idle server's processor time is watched, after as long a rest; zero is
 *     not at all
 */
record IdleWorkload(
        Ticker ticker,
        Carrier carrier,
        int connections,
        Conversation conversation,
        Duration warmUp,
        Duration watch)
        implements Workload {
    private static final int FIRST_CONNECTIONS = 2_000;

    /** A socket of the kernel's at either end of a connection. */
    private static final int ENDS = 2;

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public JsonObjectBuilder settings() {
        return Json.createObjectBuilder()
                .add("carrier", carrier.toString())
                .add("connections", connections)
                .add("messages", conversation.messages())
                .add("bytes", conversation.bytes())
                .add("deflate", conversation.deflate())
                .add("warmUpSeconds", warmUp.toSeconds())
                .add("watchSeconds", watch.toSeconds());
    }

    @Override
    public Outcome measure(ServerProcess server, Contestant contestant, Progress progress)
            throws IOException {
        Carrier carried = contestant.carrier(carrier);
        IdleCrowd crowd =
                contestant.rooms() == Contestant.Rooms.CHANNELS
                        ? new IdleCrowd.Subscribed(ticker, carried)
                        : new IdleCrowd.Echoed(ticker, carried, conversation);
        int port = contestant.port(server);
        crowd.warmUp(port, Math.min(FIRST_CONNECTIONS, connections), warmUp);
        try (LoadClient client = crowd.client(port, connections)) {
            ServerMemory empty = ServerMemory.of(server, client, ticker);
            progress.say("  " + connections + " connections");
            crowd.settle(client, connections);
            ServerMemory full = ServerMemory.of(server, client, ticker);
            Map<String, Double> figures = memory(empty, full);
            if (!watch.isZero()) {
                figures.put("idleCpuShareOfOneCore", idleShare(server, client));
            }
            return new Outcome(
                    new Figures(figures),
                    crowd.lost(),
                    crowd.wrong(),
                    client.lostSockets(),
                    shares(empty, full));
        }
    }

    private Map<String, Double> memory(ServerMemory empty, ServerMemory full) {
        Map<String, Double> figures = new LinkedHashMap<>();
        double heapBytes = full.live().bytes() - empty.live().bytes();
        double residentBytes = full.residentBytes() - empty.residentBytes();
        figures.put("heapBytesPerConnection", heapBytes / connections);
        figures.put("rssBytesPerConnection", residentBytes / connections);
        if (full.nativeBytes().isPresent() && empty.nativeBytes().isPresent()) {
            double nativeBytes = full.nativeBytes().getAsLong() - empty.nativeBytes().getAsLong();
            figures.put("nativeBytesPerConnection", nativeBytes / connections);
        }
        if (full.kernelBytes().isPresent() && empty.kernelBytes().isPresent()) {
            double kernelBytes = full.kernelBytes().getAsLong() - empty.kernelBytes().getAsLong();
            figures.put("kernelBytesPerConnection", kernelBytes / ENDS / connections);
        }
        figures.put("heapBytesAtZero", (double) empty.live().bytes());
        figures.put("rssBytesAtZero", (double) empty.residentBytes());
        return figures;
    }

    /**
     * The first ping interval is not watched: the count of the heap stopped a large server for ten
     * seconds and more, and the pings that came due meanwhile go out together.
     */
    private double idleShare(ServerProcess server, LoadClient client) throws IOException {
        client.pollUntil(() -> false, ticker.nanoTime() + watch.toNanos());
        CpuTime before = server.cpuTime();
        long startNanos = ticker.nanoTime();
        client.pollUntil(() -> false, startNanos + watch.toNanos());
        double micros = (ticker.nanoTime() - startNanos) / 1e3;
        return server.cpuTime().since(before).totalMicros() / micros;
    }

    private @Nullable JsonObject shares(ServerMemory empty, ServerMemory full) {
        ClassHistogram before = empty.live().classes();
        ClassHistogram after = full.live().classes();
        return before == null || after == null
                ? null
                : new HeapShares(after.since(before), connections).toJson().build();
    }
}
