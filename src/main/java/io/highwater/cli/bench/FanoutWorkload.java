package io.highwater.cli.bench;

import io.highwater.time.Ticker;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * One publisher and many members of a chat room or a channel, first at a fixed rate and then as
 * fast as it goes: the server's processor time a delivery, and how long a message takes to its
 * members. The latency includes the time that this client needs to read it from all sockets, the
 * same for each server.
 *
 * @param service what of Highwater is measured
 * @param bytes what every member gets; of channels, the {@code data} in it
 * @param perSecond messages published a second in the first window
 * @param inFlight messages under way at any time in the second
 * @param relayed whether what stands in for Highwater passes messages on as they came
 */
record FanoutWorkload(
        Ticker ticker,
        Service service,
        int members,
        int bytes,
        int perSecond,
        int inFlight,
        Duration warmUp,
        Duration window,
        boolean relayed)
        implements Workload {
    private static final String ROOM = "/v1/chat/bench";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration SETTLE = Duration.ofSeconds(1);
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final Duration WARM_UP_SATURATED = Duration.ofSeconds(3);
    private static final long MAX_LATENCY_MICROS = 60_000_000;

    @FunctionalInterface
    private interface Publishing {
        void run(long windowNanos) throws IOException;
    }

    @Override
    public String name() {
        return "fanout";
    }

    @Override
    public JsonObjectBuilder settings() {
        return Json.createObjectBuilder()
                .add("service", service.jsonName())
                .add("connections", members)
                .add("bytes", bytes)
                .add("messagesPerSecond", perSecond)
                .add("inFlight", inFlight)
                .add("warmUpSeconds", warmUp.toSeconds())
                .add("seconds", window.toSeconds());
    }

    @Override
    public Outcome measure(ServerProcess server, Contestant contestant, Progress progress)
            throws IOException {
        boolean relays = relayed || contestant == Contestant.RAW;
        FanoutLoad load =
                new FanoutLoad(
                        ticker,
                        service == Service.CHANNELS
                                ? new ChannelMessage(bytes)
                                : new ChatMessage(bytes),
                        relays ? FanoutMessage.Form.DELIVERED : FanoutMessage.Form.COMMAND,
                        members);
        ChannelMembers channel = new ChannelMembers(load);
        try (LoadClient client = new LoadClient(server.port(), ticker, channel)) {
            if (service == Service.CHANNELS && !relays) {
                channel.join(client, members, ticker.nanoTime(), LIMIT);
            } else {
                client.open(members, ROOM, LIMIT);
            }
            // Welcomes and notices of who joined.
            client.pollUntil(() -> false, ticker.nanoTime() + SETTLE.toNanos());
            // Saturated first: at the rate alone, what runs once a message would still be compiled
            // within the window.
            load.publishAtSaturation(client, inFlight, WARM_UP_SATURATED.toNanos());
            load.publishAtRate(client, perSecond, warmUp.toNanos());

            Map<String, Double> figures = new LinkedHashMap<>();
            progress.say("  at " + perSecond + " messages a second");
            window(
                    server,
                    load,
                    "AtRate",
                    nanos -> load.publishAtRate(client, perSecond, nanos),
                    figures);
            progress.say("  at saturation");
            load.publishAtSaturation(client, inFlight, WARM_UP_SATURATED.toNanos());
            window(
                    server,
                    load,
                    "Saturated",
                    nanos -> load.publishAtSaturation(client, inFlight, nanos),
                    figures);
            client.pollUntil(() -> load.missing() == 0, ticker.nanoTime() + DRAIN.toNanos());
            if (load.late() > 0) {
                progress.say("  " + load.late() + " messages went out late: lower the rate");
            }
            return new Outcome(
                    new Figures(figures),
                    load.missing(),
                    load.wrong(),
                    client.lostSockets(),
                    Json.createObjectBuilder().add("lateMessages", load.late()).build());
        }
    }

    private void window(
            ServerProcess server,
            FanoutLoad load,
            String suffix,
            Publishing publishing,
            Map<String, Double> figures)
            throws IOException {
        Histogram latency = new Histogram(MAX_LATENCY_MICROS, 3);
        load.recordInto(latency);
        long deliveredBefore = load.delivered();
        CpuTime cpuBefore = server.cpuTime();
        long startNanos = ticker.nanoTime();
        publishing.run(window.toNanos());
        double seconds = (ticker.nanoTime() - startNanos) / 1e9;
        CpuTime cpu = server.cpuTime().since(cpuBefore);
        long deliveries = load.delivered() - deliveredBefore;
        load.recordInto(null);
        if (deliveries == 0) {
            throw new BenchException("not one message was delivered" + server.output());
        }
        figures.put("cpuMicrosPerDelivery" + suffix, (double) cpu.totalMicros() / deliveries);
        figures.put("cpuUserMicrosPerDelivery" + suffix, (double) cpu.userMicros() / deliveries);
        figures.put("deliveriesPerSecond" + suffix, deliveries / seconds);
        figures.put("cpuShareOfOneCore" + suffix, cpu.totalMicros() / 1e6 / seconds);
        figures.put("latencyMicrosP50" + suffix, (double) latency.getValueAtPercentile(50));
        figures.put("latencyMicrosP99" + suffix, (double) latency.getValueAtPercentile(99));
    }
}
