package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Opening;
import io.highwater.bench.client.Ticker;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Ping-pong on many connections at once, as fast as it goes: processor time a message, and messages
 * a second. Then at a fixed rate: how long an echo takes, from when its message ought to have gone
 * out.
 *
 * @param perSecond messages a second of all connections together, in the second window
 */
record EchoWorkload(
        Ticker ticker, int connections, int bytes, int perSecond, Duration warmUp, Duration window)
        implements Workload {
    static final Opening ECHO = Opening.of("/v1/echo");

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration DRAIN = Duration.ofSeconds(6);
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
                .add("messagesPerSecond", perSecond)
                .add("warmUpSeconds", warmUp.toSeconds())
                .add("seconds", window.toSeconds());
    }

    @Override
    public Outcome measure(ServerProcess server, Contestant contestant, Progress progress)
            throws IOException {
        EchoLoad load = new EchoLoad(connections, bytes);
        try (LoadClient client = new LoadClient(server.port(), ticker, load)) {
            client.open(connections, ECHO, LIMIT);
            Map<String, Double> figures = new LinkedHashMap<>();
            saturated(server, client, load, figures);
            progress.say("  at " + perSecond + " messages a second");
            atRate(client, load, figures);
            return new Outcome(
                    new Figures(figures),
                    load.inFlight(),
                    load.wrong(),
                    client.lostSockets(),
                    null);
        }
    }

    private void saturated(
            ServerProcess server, LoadClient client, EchoLoad load, Map<String, Double> figures)
            throws IOException {
        load.keepGoing(true);
        load.start(client, connections, ticker.nanoTime());
        client.pollUntil(() -> false, ticker.nanoTime() + warmUp.toNanos());
        long echoedBefore = load.echoed();
        CpuTime cpuBefore = server.cpuTime();
        long startNanos = ticker.nanoTime();
        client.pollUntil(() -> false, startNanos + window.toNanos());
        double seconds = (ticker.nanoTime() - startNanos) / 1e9;
        CpuTime cpu = server.cpuTime().since(cpuBefore);
        long messages = load.echoed() - echoedBefore;
        load.keepGoing(false);
        drain(client, load);
        if (messages == 0) {
            throw new BenchException("not one message came back" + server.output());
        }
        figures.put("cpuMicrosPerMessage", (double) cpu.totalMicros() / messages);
        figures.put("cpuUserMicrosPerMessage", (double) cpu.userMicros() / messages);
        figures.put("messagesPerSecond", messages / seconds);
        figures.put("cpuShareOfOneCore", cpu.totalMicros() / 1e6 / seconds);
    }

    private void atRate(LoadClient client, EchoLoad load, Map<String, Double> figures)
            throws IOException {
        Histogram latency = new Histogram(MAX_LATENCY_MICROS, 3);
        load.recordInto(latency);
        load.sendAtRate(client, ticker, perSecond, window.toNanos());
        drain(client, load);
        load.recordInto(null);
        figures.put("roundTripMicrosP50AtRate", (double) latency.getValueAtPercentile(50));
        figures.put("roundTripMicrosP99AtRate", (double) latency.getValueAtPercentile(99));
    }

    private void drain(LoadClient client, EchoLoad load) throws IOException {
        client.pollUntil(() -> load.inFlight() == 0, ticker.nanoTime() + DRAIN.toNanos());
    }
}
