package io.highwater.bench;

import io.highwater.bench.client.BenchException;
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
 * As many WebSockets as the machine holds, over HTTP/2, each a member of one channel: they are
 * opened, held while the server pings them, and then get one message, all of them.
 */
record MillionWorkload(
        Ticker ticker, int sockets, int streamsPerConnection, int bytes, Duration hold)
        implements Workload {
    private static final Duration OPEN_LIMIT = Duration.ofMinutes(15);
    private static final Duration DELIVERY_LIMIT = Duration.ofSeconds(60);
    private static final int WARM_UP_SOCKETS = 1_000;
    private static final int WARM_UP_VISITS = 5;

    @Override
    public String name() {
        return "million";
    }

    @Override
    public JsonObjectBuilder settings() {
        return Json.createObjectBuilder()
                .add("sockets", sockets)
                .add("streamsPerConnection", streamsPerConnection)
                .add("holdSeconds", hold.toSeconds());
    }

    @Override
    public Outcome measure(ServerProcess server, Contestant contestant, Progress progress)
            throws IOException {
        Carrier carrier = Carrier.h2c(streamsPerConnection);
        IdleCrowd.Subscribed first = new IdleCrowd.Subscribed(ticker, carrier);
        for (int i = 0; i < WARM_UP_VISITS; i++) {
            first.warmUp(server.port(), WARM_UP_SOCKETS, Duration.ZERO);
        }
        FanoutLoad load =
                new FanoutLoad(
                        ticker,
                        FanoutMessage.of(contestant.rooms(), bytes),
                        FanoutMessage.Form.COMMAND,
                        sockets);
        Members joining = new Members(contestant.rooms(), load);
        try (LoadClient client = new LoadClient(server.port(), ticker, carrier, joining)) {
            Map<String, Double> figures = new LinkedHashMap<>();
            ServerMemory empty = ServerMemory.of(server, client, ticker);
            open(server, client, joining, figures, progress);
            hold(server, client, figures, progress);
            publish(server, client, load, figures);
            figures.put("rssBytes", (double) server.residentBytes());
            ServerMemory full = ServerMemory.of(server, client, ticker);
            figures.put(
                    "heapBytesPerSocket",
                    (double) (full.live().bytes() - empty.live().bytes()) / sockets);
            figures.put("heapBytes", (double) full.live().bytes());
            figures.put("lostSockets", (double) client.lostSockets());
            return new Outcome(
                    new Figures(figures),
                    load.missing(),
                    load.wrong(),
                    client.lostSockets(),
                    shares(empty, full));
        }
    }

    private @Nullable JsonObject shares(ServerMemory empty, ServerMemory full) {
        ClassHistogram before = empty.live().classes();
        ClassHistogram after = full.live().classes();
        return before == null || after == null
                ? null
                : new HeapShares(after.since(before), sockets).toJson().build();
    }

    private void open(
            ServerProcess server,
            LoadClient client,
            Members joining,
            Map<String, Double> figures,
            Progress progress)
            throws IOException {
        long startNanos = ticker.nanoTime();
        int step = Math.max(1, sockets / 10);
        for (int open = 0; open < sockets; ) {
            int more = Math.min(step, sockets - open);
            joining.join(client, more, ticker, OPEN_LIMIT);
            open += more;
            progress.say(
                    String.format(
                            "  %,d sockets after %.1f s, server RSS %,d MB, lost %d",
                            open,
                            (ticker.nanoTime() - startNanos) / 1e9,
                            server.residentBytes() >> 20,
                            client.lostSockets()));
        }
        figures.put("openSeconds", (ticker.nanoTime() - startNanos) / 1e9);
    }

    private void hold(
            ServerProcess server, LoadClient client, Map<String, Double> figures, Progress progress)
            throws IOException {
        progress.say("  held for " + hold.toSeconds() + " s");
        long pingsBefore = client.pings();
        CpuTime cpuBefore = server.cpuTime();
        long startNanos = ticker.nanoTime();
        client.pollUntil(() -> false, startNanos + hold.toNanos());
        double micros = (ticker.nanoTime() - startNanos) / 1e3;
        figures.put(
                "idleCpuShareOfOneCore", server.cpuTime().since(cpuBefore).totalMicros() / micros);
        figures.put("pingsPerSocket", (double) (client.pings() - pingsBefore) / sockets);
        if (client.lostSockets() > 0) {
            progress.say("  " + client.lostSockets() + " sockets were lost" + server.output());
        }
    }

    private void publish(
            ServerProcess server, LoadClient client, FanoutLoad load, Map<String, Double> figures)
            throws IOException {
        CpuTime cpuBefore = server.cpuTime();
        long startNanos = ticker.nanoTime();
        load.publish(client, startNanos);
        client.pollUntil(() -> load.missing() == 0, startNanos + DELIVERY_LIMIT.toNanos());
        if (load.delivered() == 0) {
            throw new BenchException("not one message was delivered" + server.output());
        }
        figures.put("deliveries", (double) load.delivered());
        figures.put("lastDeliverySeconds", (load.lastNanos() - startNanos) / 1e9);
        figures.put(
                "cpuMicrosPerDelivery",
                (double) server.cpuTime().since(cpuBefore).totalMicros() / load.delivered());
    }
}
