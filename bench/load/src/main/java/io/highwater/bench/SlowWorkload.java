package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.ClientSocket;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Ticker;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What members that stop reading cost those that read: the latency of the latter, at a fixed rate,
 * without and with the former. Of each pair of windows another comes first.
 *
 * @param stopped how many more join and read nothing
 */
record SlowWorkload(
        Ticker ticker,
        int members,
        int stopped,
        int bytes,
        int perSecond,
        int pairs,
        Duration warmUp,
        Duration window)
        implements Workload {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration DRAIN = Duration.ofSeconds(10);
    private static final long MAX_LATENCY_MICROS = 60_000_000;

    @Override
    public String name() {
        return "slow";
    }

    @Override
    public JsonObjectBuilder settings() {
        return Json.createObjectBuilder()
                .add("members", members)
                .add("stopped", stopped)
                .add("bytes", bytes)
                .add("messagesPerSecond", perSecond)
                .add("pairs", pairs)
                .add("warmUpSeconds", warmUp.toSeconds())
                .add("seconds", window.toSeconds());
    }

    @Override
    public Outcome measure(ServerProcess server, Contestant contestant, Progress progress)
            throws IOException {
        FanoutLoad load =
                new FanoutLoad(
                        ticker,
                        FanoutMessage.of(contestant.rooms(), bytes),
                        contestant.rooms() == Contestant.Rooms.RELAYED
                                ? FanoutMessage.Form.DELIVERED
                                : FanoutMessage.Form.COMMAND,
                        members);
        Members joining = new Members(contestant.rooms(), load);
        try (LoadClient client = new LoadClient(server.port(), ticker, joining)) {
            joining.join(client, members, ticker, LIMIT);
            load.publishAtRate(client, perSecond, warmUp.toNanos());
            Figures[] each = new Figures[pairs];
            for (int i = 0; i < pairs; i++) {
                each[i] = pair(client, joining, load, i);
                progress.say("  " + each[i].toJson().build());
            }
            client.pollUntil(() -> load.missing() == 0, ticker.nanoTime() + DRAIN.toNanos());
            return new Outcome(
                    Figures.median(List.of(each)),
                    load.missing(),
                    load.wrong(),
                    lostMembers(client),
                    null);
        }
    }

    /** Those that stopped reading may be cut off: that is how a server defends itself. */
    private long lostMembers(LoadClient client) {
        long lost = 0;
        for (int i = 0; i < members; i++) {
            lost += client.socket(i).state() == ClientSocket.State.OPEN ? 0 : 1;
        }
        return lost;
    }

    private Figures pair(LoadClient client, Members joining, FanoutLoad load, int number)
            throws IOException {
        Histogram without;
        Histogram with;
        if (number % 2 == 0) {
            without = window(client, load);
            stop(client, joining);
            with = window(client, load);
        } else {
            stop(client, joining);
            with = window(client, load);
            without = window(client, load);
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        double p99Without = without.getValueAtPercentile(99);
        double p99With = with.getValueAtPercentile(99);
        figures.put("latencyMicrosP99Without", p99Without);
        figures.put("latencyMicrosP99With", p99With);
        figures.put("p99WithOverWithout", p99With / p99Without);
        return new Figures(figures);
    }

    private void stop(LoadClient client, Members joining) throws IOException {
        int first = client.size();
        joining.join(client, stopped, ticker, LIMIT);
        for (int i = 0; i < stopped; i++) {
            client.stall(client.socket(first + i));
        }
    }

    private Histogram window(LoadClient client, FanoutLoad load) throws IOException {
        Histogram latency = new Histogram(MAX_LATENCY_MICROS, 3);
        load.recordInto(latency);
        load.publishAtRate(client, perSecond, window.toNanos());
        load.recordInto(null);
        if (latency.getTotalCount() == 0) {
            throw new BenchException("not one message was delivered: its members were given up");
        }
        return latency;
    }
}
