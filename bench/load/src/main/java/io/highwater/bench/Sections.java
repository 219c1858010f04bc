package io.highwater.bench;

import static io.highwater.bench.Contestant.CHANNEL;
import static io.highwater.bench.Contestant.CHANNEL_TLS;
import static io.highwater.bench.Contestant.ENDPOINT;
import static io.highwater.bench.Contestant.JETTY;
import static io.highwater.bench.Contestant.NETTY;
import static io.highwater.bench.Contestant.RAW;
import static io.highwater.bench.Contestant.TOMCAT;
import static io.highwater.bench.Contestant.UNDERTOW;
import static io.highwater.bench.Contestant.WIRE;
import static io.highwater.bench.Contestant.WS;

import io.highwater.bench.client.Carrier;
import io.highwater.bench.client.Ticker;
import java.time.Duration;
import java.util.List;

/**
 * What {@code bench compare} can measure, and the bounds that Highwater must hold. Immutable.
 *
 * @param length how long and how much
 */
record Sections(Ticker ticker, Length length) {
    private static final int BYTES = 128;
    private static final int ECHO_BYTES = 64;
    private static final int STREAMS = 100;
    private static final int IN_FLIGHT = 4;

    /** So many deliveries a second at the fixed rate: a third of a core for the slowest. */
    private static final int DELIVERIES_PER_SECOND = 20_000;

    private static final List<Contestant> EVERYBODY =
            List.of(RAW, NETTY, UNDERTOW, TOMCAT, JETTY, WS, WIRE, ENDPOINT, CHANNEL);

    List<Section> idle() {
        String figure = "heapBytesPerConnection";
        return List.of(
                new Section(
                        "idle",
                        "Idle connection, HTTP/1.1, " + length.connections() + " of them",
                        idle(Carrier.HTTP1, length.connections()),
                        EVERYBODY,
                        HeapSize.MEMORY,
                        length.rounds(),
                        List.of(
                                new Column(figure, "live heap, B"),
                                new Column("rssBytesPerConnection", "RSS, B"),
                                new Column("kernelBytesPerConnection", "kernel, B a socket")),
                        List.of(
                                Bound.own(
                                        "idle channel session, live heap, B",
                                        figure,
                                        CHANNEL,
                                        1_500),
                                Bound.ratio(
                                        "idle channel session, live heap / Netty's",
                                        figure,
                                        CHANNEL,
                                        NETTY,
                                        1),
                                Bound.own(
                                        "idle annotated endpoint, live heap, B",
                                        figure,
                                        ENDPOINT,
                                        2_500)),
                        "Each has echoed one message; a channel session has one subscription."));
    }

    private IdleWorkload idle(Carrier carrier, int connections) {
        return new IdleWorkload(
                ticker,
                carrier,
                connections,
                Conversation.of(ECHO_BYTES),
                Duration.ofSeconds(4),
                Duration.ZERO);
    }

    List<Section> fanout() {
        return List.of(fanout(1_000), fanout(length.largestRoom()));
    }

    private Section fanout(int members) {
        String saturated = "cpuMicrosPerDeliverySaturated";
        String atRate = "cpuMicrosPerDeliveryAtRate";
        String of = String.format("fan-out to %,d, CPU a delivery, ", members);
        return new Section(
                "fanout-" + members,
                String.format("Fan-out to %,d members, HTTP/1.1, 128 B", members),
                fanout(Carrier.HTTP1, members),
                List.of(RAW, NETTY, UNDERTOW, TOMCAT, JETTY, WS, ENDPOINT, CHANNEL),
                HeapSize.WORK,
                length.rounds(),
                Column.ofFanout(),
                List.of(
                        Bound.ratio(of + "4 in flight / raw", saturated, CHANNEL, RAW, 1.3),
                        Bound.ratio(of + "fixed rate / raw", atRate, CHANNEL, RAW, 1.3),
                        Bound.ratio(of + "4 in flight / Netty", saturated, CHANNEL, NETTY, 0.5),
                        Bound.ratio(of + "fixed rate / Netty", atRate, CHANNEL, NETTY, 0.5),
                        Bound.difference(
                                String.format("fan-out to %,d, p50 - raw's, µs", members),
                                "latencyMicrosP50AtRate",
                                CHANNEL,
                                RAW,
                                1_000)),
                "The raw loop joins the messages of a turn, too. A channel's message has 150 B.");
    }

    private FanoutWorkload fanout(Carrier carrier, int members) {
        return new FanoutWorkload(
                ticker,
                carrier,
                members,
                BYTES,
                false,
                Math.max(1, DELIVERIES_PER_SECOND / members),
                IN_FLIGHT,
                length.warmUp(),
                length.window(),
                false);
    }

    List<Section> echo() {
        String figure = "cpuMicrosPerMessage";
        return List.of(
                new Section(
                        "echo",
                        "Echo, 64 B, 200 connections, HTTP/1.1",
                        new EchoWorkload(
                                ticker, 200, ECHO_BYTES, 5_000, length.warmUp(), length.window()),
                        List.of(RAW, NETTY, UNDERTOW, TOMCAT, JETTY, WS, WIRE, ENDPOINT),
                        HeapSize.WORK,
                        length.rounds(),
                        List.of(
                                new Column(figure, "CPU, µs a message"),
                                new Column("messagesPerSecond", "messages/s"),
                                new Column("roundTripMicrosP50AtRate", "p50 at 5,000/s, ms", 1e3),
                                new Column("roundTripMicrosP99AtRate", "p99, ms", 1e3)),
                        List.of(
                                Bound.ratio(
                                        "echo, CPU, plain listener / Netty",
                                        figure,
                                        WIRE,
                                        NETTY,
                                        1.2),
                                Bound.ratio(
                                        "echo, CPU, annotated endpoint / Netty",
                                        figure,
                                        ENDPOINT,
                                        NETTY,
                                        1.6)),
                        "The time counts from when the message ought to have gone out."));
    }

    List<Section> connect() {
        String figure = "cpuMicrosPerConnect";
        return List.of(
                new Section(
                        "connect",
                        "TCP connect, upgrade, close, HTTP/1.1",
                        new ConnectWorkload(ticker, 32, length.warmUp(), length.window()),
                        EVERYBODY,
                        HeapSize.WORK,
                        length.rounds(),
                        List.of(
                                new Column(figure, "CPU, µs"),
                                new Column("connectsPerSecond", "a second")),
                        List.of(
                                Bound.ratio(
                                        "connect, CPU, plain listener / Netty",
                                        figure,
                                        WIRE,
                                        NETTY,
                                        1.5),
                                Bound.ratio(
                                        "connect, CPU, annotated endpoint / Netty",
                                        figure,
                                        ENDPOINT,
                                        NETTY,
                                        1.5),
                                Bound.ratio(
                                        "connect, CPU, annotated endpoint / stock Jetty",
                                        figure,
                                        ENDPOINT,
                                        JETTY,
                                        0.2)),
                        ""));
    }

    List<Section> h2() {
        return List.of(idleStreams(), streams(1_000, 0.1), streams(length.largestRoom(), 0.25));
    }

    private Section idleStreams() {
        String figure = "heapBytesPerConnection";
        return new Section(
                "h2-idle",
                String.format(
                        "Idle WebSocket over HTTP/2, %,d streams, 100 a connection",
                        length.streams()),
                idle(Carrier.h2c(STREAMS), length.streams()),
                List.of(JETTY, ENDPOINT, CHANNEL),
                HeapSize.MEMORY,
                length.rounds(),
                List.of(
                        new Column(figure, "live heap, B"),
                        new Column("rssBytesPerConnection", "RSS, B")),
                List.of(
                        Bound.own(
                                "idle channel session over HTTP/2, live heap, B",
                                figure,
                                CHANNEL,
                                2_000)),
                "");
    }

    private Section streams(int members, double most) {
        String figure = "cpuMicrosPerDeliveryOneByOne";
        return new Section(
                "h2-fanout-" + members,
                String.format(
                        "Fan-out to %,d members, h2c, 100 streams a connection, 128 B", members),
                fanout(Carrier.h2c(STREAMS), members),
                List.of(RAW, JETTY, ENDPOINT, CHANNEL, CHANNEL_TLS),
                HeapSize.WORK,
                length.rounds(),
                Column.ofFanout(),
                List.of(
                        Bound.ratio(
                                String.format(
                                        "fan-out to %,d over h2c, CPU a delivery, one at a time /"
                                                + " raw",
                                        members),
                                figure,
                                CHANNEL,
                                RAW,
                                most)),
                "The raw loop is over HTTP/1.1.");
    }

    List<Section> slow() {
        String figure = "p99WithOverWithout";
        return List.of(
                new Section(
                        "slow",
                        "1 % of 1,000 members stop reading, 1 KB × 100/s",
                        new SlowWorkload(
                                ticker,
                                1_000,
                                10,
                                1_024,
                                100,
                                length.pairs(),
                                length.warmUp(),
                                length.window()),
                        List.of(RAW, NETTY, ENDPOINT, CHANNEL),
                        HeapSize.WORK,
                        1,
                        List.of(
                                new Column(figure, "p99 of the others, with / without"),
                                new Column("latencyMicrosP99Without", "without, ms", 1e3),
                                new Column("latencyMicrosP99With", "with, ms", 1e3)),
                        List.of(
                                Bound.own(
                                        "p99 beside members that stop reading / without",
                                        figure,
                                        CHANNEL,
                                        1.5)),
                        "The median of pairs of windows; the raw loop and Netty keep all in"
                                + " memory."));
    }

    List<Section> million() {
        int sockets = length.million();
        return List.of(
                new Section(
                        "million",
                        String.format("%,d WebSockets over HTTP/2, channel sessions", sockets),
                        new MillionWorkload(
                                ticker,
                                sockets,
                                STREAMS,
                                BYTES,
                                Duration.ofSeconds(length.holdSeconds())),
                        List.of(CHANNEL),
                        new HeapSize("64m", "3g"),
                        1,
                        List.of(
                                new Column("lastDeliverySeconds", "one message to all, s"),
                                new Column("deliveries", "deliveries"),
                                new Column("openSeconds", "opened in, s"),
                                new Column("rssBytes", "server RSS, GB", 1e9),
                                new Column("heapBytes", "live heap, GB", 1e9),
                                new Column("heapBytesPerSocket", "live heap, B each"),
                                new Column("pingsPerSocket", "pings each"),
                                new Column("idleCpuShareOfOneCore", "idle CPU, cores")),
                        List.of(
                                Bound.own(
                                        "a million: one message to all, s",
                                        "lastDeliverySeconds",
                                        CHANNEL,
                                        2),
                                Bound.own("a million: server RSS, B", "rssBytes", CHANNEL, 4e9),
                                Bound.own("a million: lost sockets", "lostSockets", CHANNEL, 0)),
                        ""));
    }
}
