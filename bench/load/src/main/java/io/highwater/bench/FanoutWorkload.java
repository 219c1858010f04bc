package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.Carrier;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Ticker;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * One publisher and many members of a room or a channel, first at a fixed rate, then one message at
 * a time, then as fast as it goes: the server's processor time a delivery, and how long a message
 * takes to its members. The latency counts from when the message ought to have gone out, and
 * includes the time that this client needs to read it from all sockets, the same for each server.
 *
 * @param carrier of those contestants that have HTTP/2; the others' is HTTP/1.1
 * @param bytes what every member gets; a channel's smallest message is 150
 * @param deflate whether permessage-deflate is offered, and used where the server agrees
 * @param perSecond messages published a second in the first window
 * @param inFlight messages under way at any time in the last
 * @param relayed whether what stands in for Highwater passes messages on as they came
 */
record FanoutWorkload(
        Ticker ticker,
        Carrier carrier,
        int members,
        int bytes,
        boolean deflate,
        int perSecond,
        int inFlight,
        Duration warmUp,
        Duration window,
        boolean relayed)
        implements Workload {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Duration SETTLE = Duration.ofSeconds(1);
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final int FEW_MEMBERS = 10;
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
                .add("carrier", carrier.toString())
                .add("members", members)
                .add("bytes", bytes)
                .add("deflate", deflate)
                .add("messagesPerSecond", perSecond)
                .add("inFlight", inFlight)
                .add("warmUpSeconds", warmUp.toSeconds())
                .add("seconds", window.toSeconds());
    }

    @Override
    public Outcome measure(ServerProcess server, Contestant contestant, Progress progress)
            throws IOException {
        Contestant.Rooms rooms = relayed ? Contestant.Rooms.RELAYED : contestant.rooms();
        long next = warmUpPublishing(server, contestant, rooms);
        FanoutLoad load = load(rooms, members, next);
        Members joining = new Members(rooms, load, deflate);
        Carrier carried = contestant.carrier(carrier);
        try (LoadClient client =
                new LoadClient(contestant.port(server), ticker, carried, joining)) {
            joining.join(client, members, ticker, LIMIT);
            // Welcomes and notices of who joined.
            client.pollUntil(() -> false, ticker.nanoTime() + SETTLE.toNanos());
            Map<String, Double> figures = windows(server, client, load, progress);
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

    /**
     * With few members, for a compiler sees many more publications so than with all of them, and
     * would have them to do in the windows: after 10 s of all it took a seventh of the first.
     *
     * @return the number of the message after the last
     */
    private long warmUpPublishing(
            ServerProcess server, Contestant contestant, Contestant.Rooms rooms)
            throws IOException {
        int few = Math.min(members, FEW_MEMBERS);
        FanoutLoad load = load(rooms, few, 0);
        Members joining = new Members(rooms, load, deflate);
        try (LoadClient client =
                new LoadClient(
                        contestant.port(server), ticker, contestant.carrier(carrier), joining)) {
            joining.join(client, few, ticker, LIMIT);
            client.pollUntil(() -> false, ticker.nanoTime() + SETTLE.toNanos());
            load.publishAtSaturation(client, inFlight, warmUp.toNanos() / 2);
            client.pollUntil(() -> load.missing() == 0, ticker.nanoTime() + DRAIN.toNanos());
        }
        return load.next();
    }

    private FanoutLoad load(Contestant.Rooms rooms, int members, long first) {
        return new FanoutLoad(
                ticker,
                FanoutMessage.of(rooms, bytes),
                rooms == Contestant.Rooms.RELAYED
                        ? FanoutMessage.Form.DELIVERED
                        : FanoutMessage.Form.COMMAND,
                members,
                first);
    }

    private Map<String, Double> windows(
            ServerProcess server, LoadClient client, FanoutLoad load, Progress progress)
            throws IOException {
        Map<String, Double> figures = new LinkedHashMap<>();
        // Half of the warm-up as fast as it goes: the compiler has more to see.
        long half = warmUp.toNanos() / 2;
        load.publishAtSaturation(client, inFlight, half);
        load.publishAtRate(client, perSecond, half);
        progress.say("  at " + perSecond + " messages a second");
        window(
                server,
                load,
                "AtRate",
                nanos -> load.publishAtRate(client, perSecond, nanos),
                figures);
        progress.say("  one at a time");
        window(
                server,
                load,
                "OneByOne",
                nanos -> load.publishAtSaturation(client, 1, nanos),
                figures);
        progress.say("  " + inFlight + " in flight");
        window(
                server,
                load,
                "Saturated",
                nanos -> load.publishAtSaturation(client, inFlight, nanos),
                figures);
        return figures;
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
