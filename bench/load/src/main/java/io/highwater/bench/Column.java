package io.highwater.bench;

import java.util.List;

/**
 * A figure as a table shows it. Immutable.
 *
 * @param figure its name in {@link Figures}
 * @param divisor what it is divided by: 1, or 1e6 for MB
 */
record Column(String figure, String head, double divisor) {
    Column(String figure, String head) {
        this(figure, head, 1);
    }

    /** What is shown of a {@link FanoutWorkload}. */
    static List<Column> ofFanout() {
        return List.of(
                new Column("cpuMicrosPerDeliverySaturated", "CPU, µs a delivery, 4 in flight"),
                new Column("cpuMicrosPerDeliveryOneByOne", "one at a time"),
                new Column("cpuMicrosPerDeliveryAtRate", "fixed rate"),
                new Column("deliveriesPerSecondSaturated", "deliveries/s"),
                new Column("latencyMicrosP50AtRate", "p50 at the rate, ms", 1e3),
                new Column("latencyMicrosP99AtRate", "p99, ms", 1e3));
    }
}
