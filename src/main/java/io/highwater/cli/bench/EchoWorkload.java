package io.highwater.cli.bench;

import io.highwater.time.Ticker;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Ping-pong on many connections at once: processor time a message, and messages a second. */
record EchoWorkload(Ticker ticker, int connections, int bytes, Duration warmUp, Duration window)
        implements Workload {
    static final String PATH = "/v1/echo";

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long MAX_LATENCY_MICROS = 60_000_000;

    @Override
    public String name() {
        return "echo";
    }

    @Override
    public JsonObjectBuilder settings() {
        return Json.createObjectBuilder()
                .add("connections", connections)
                .add("bytes", bytes)
                .add("warmUpSeconds", warmUp.toSeconds())
                .add("seconds", window.toSeconds());
    }

    @Override
    public Outcome measure(ServerProcess server, Contestant contestant, Progress progress)
            throws IOException {
        EchoLoad load = new EchoLoad(connections, bytes);
        try (LoadClient client = new LoadClient(server.port(), ticker, load)) {
            client.open(connections, PATH, LIMIT);
            load.keepGoing(true);
            load.start(client, connections, ticker.nanoTime());
            client.pollUntil(() -> false, ticker.nanoTime() + warmUp.toNanos());

            Histogram latency = new Histogram(MAX_LATENCY_MICROS, 3);
            load.recordInto(latency);
            long echoedBefore = load.echoed();
            CpuTime cpuBefore = server.cpuTime();
            long startNanos = ticker.nanoTime();
            client.pollUntil(() -> false, startNanos + window.toNanos());
            double seconds = (ticker.nanoTime() - startNanos) / 1e9;
            CpuTime cpu = server.cpuTime().since(cpuBefore);
            long messages = load.echoed() - echoedBefore;

            load.recordInto(null);
            load.keepGoing(false);
            client.pollUntil(() -> load.inFlight() == 0, ticker.nanoTime() + LIMIT.toNanos() / 10);
            if (messages == 0) {
                throw new BenchException("not one message came back" + server.output());
            }
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("cpuMicrosPerMessage", (double) cpu.totalMicros() / messages);
            figures.put("cpuUserMicrosPerMessage", (double) cpu.userMicros() / messages);
            figures.put("messagesPerSecond", messages / seconds);
            figures.put("cpuShareOfOneCore", cpu.totalMicros() / 1e6 / seconds);
            figures.put("roundTripMicrosP50", (double) latency.getValueAtPercentile(50));
            figures.put("roundTripMicrosP99", (double) latency.getValueAtPercentile(99));
            return new Outcome(
                    new Figures(figures),
                    load.inFlight(),
                    load.wrong(),
                    client.lostSockets(),
                    null);
        }
    }
}
