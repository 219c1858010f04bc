package io.highwater.bench;

import io.highwater.bench.client.Carrier;
import io.highwater.bench.client.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** How cost grows with size: the same workload at several sizes. Immutable. */
record Growth(Ticker ticker, Length length) {
    private static final int BYTES = 128;
    private static final int STREAMS = 100;
    private static final int IN_FLIGHT = 4;
    private static final int DELIVERIES_PER_SECOND = 20_000;

    /**
     * One workload at several sizes. Immutable.
     *
     * @param columns each is a plot
     */
    record Series(
            String id,
            String title,
            String sizeTitle,
            List<Contestant> contestants,
            HeapSize heap,
            List<Column> columns,
            List<Point> points) {
        /** With those contestants only that are in {@code asked}. */
        Series only(List<Contestant> asked) {
            return new Series(
                    id,
                    title,
                    sizeTitle,
                    contestants.stream().filter(asked::contains).toList(),
                    heap,
                    columns,
                    points);
        }
    }

    /** The workload at one size. */
    record Point(int size, Workload workload) {}

    List<Series> series() {
        return List.of(
                idleConnections(),
                idleStreams(),
                fanout("growth-fanout", Carrier.HTTP1),
                fanout("growth-fanout-h2", Carrier.h2c(STREAMS)));
    }

    private Series idleConnections() {
        return new Series(
                "growth-idle",
                "Idle connections, HTTP/1.1",
                "connections",
                List.of(Contestant.RAW, Contestant.NETTY, Contestant.CHANNEL),
                HeapSize.MEMORY,
                idleColumns(),
                idle(
                        Carrier.HTTP1,
                        1_000,
                        4_000,
                        length.connections() >= Length.FULL.connections() ? 16_000 : 8_000));
    }

    private Series idleStreams() {
        int most = length.million();
        return new Series(
                "growth-idle-h2",
                "Idle WebSockets over HTTP/2, 100 a connection",
                "streams",
                List.of(Contestant.CHANNEL),
                new HeapSize("64m", "6g"),
                idleColumns(),
                idle(Carrier.h2c(STREAMS), most / 10, most * 3 / 10, most));
    }

    private static List<Column> idleColumns() {
        return List.of(
                new Column("heapBytesPerConnection", "live heap, B each"),
                new Column("rssBytesPerConnection", "RSS, B each"),
                new Column("idleCpuShareOfOneCore", "CPU, cores"));
    }

    private List<Point> idle(Carrier carrier, int... sizes) {
        return IntStream.of(sizes)
                .mapToObj(
                        size ->
                                new Point(
                                        size,
                                        new IdleWorkload(
                                                ticker,
                                                carrier,
                                                size,
                                                Conversation.of(BYTES),
                                                Duration.ofSeconds(4),
                                                length.watch())))
                .toList();
    }

    private Series fanout(String id, Carrier carrier) {
        return new Series(
                id,
                "Fan-out, " + carrier + ", 128 B",
                "members",
                List.of(Contestant.RAW, Contestant.CHANNEL),
                HeapSize.WORK,
                List.of(
                        new Column(
                                "cpuMicrosPerDeliverySaturated", "CPU, µs a delivery, 4 in flight"),
                        new Column("cpuMicrosPerDeliveryAtRate", "fixed rate"),
                        new Column("latencyMicrosP50AtRate", "p50, ms", 1e3)),
                IntStream.of(100, 1_000, 10_000)
                        .mapToObj(
                                members ->
                                        new Point(
                                                members,
                                                new FanoutWorkload(
                                                        ticker,
                                                        carrier,
                                                        members,
                                                        BYTES,
                                                        false,
                                                        DELIVERIES_PER_SECOND / members,
                                                        IN_FLIGHT,
                                                        length.warmUp(),
                                                        length.window(),
                                                        false)))
                        .toList());
    }
}
