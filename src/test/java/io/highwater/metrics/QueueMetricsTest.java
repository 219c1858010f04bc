package io.highwater.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.OutboundObserver;
import io.highwater.outbound.OutboundSettings;
import io.highwater.outbound.OverflowPolicy;
import io.highwater.outbound.SendQueue;
import io.highwater.outbound.SendQueueListener;
import io.highwater.outbound.SendQueues;
import io.highwater.outbound.WaterMarks;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.MetricsFixture;
import io.highwater.testing.RecordingWire;
import io.highwater.testing.Unbounded;
import io.highwater.time.TimerWheel;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.TransportKind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueueMetricsTest {
    private static final int CONNECTIONS = 100;

    private final FakeTicker ticker = new FakeTicker();
    private final NonEmptyQueues queues = new NonEmptyQueues();
    private final NodeMetrics metrics = MetricsFixture.of(queues);
    private final SendQueues route =
            new SendQueues(
                    new OutboundSettings(
                            new WaterMarks(10, 1 << 20, 2, 1 << 19),
                            OverflowPolicy.EVICT,
                            Duration.ZERO),
                    Unbounded.outbound(
                            new TimerWheel(ticker.nanoTime()),
                            ticker,
                            queues,
                            OutboundObserver.NONE,
                            Duration.ofSeconds(10)));

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void depthsBytesAndSlowClientsAreThoseOfTheQueues() {
        for (int i = 0; i < CONNECTIONS; i++) {
            metrics.wire().onOpened(TransportKind.HTTP1);
        }
        OutboundFrame shared = OutboundFrame.text("shared".repeat(100));
        SendQueue deepest = fill(shared, 9);
        SendQueue deep = fill(shared, 6);
        for (int i = 0; i < 3; i++) {
            fill(shared, 2);
        }
        fill(shared, 2);

        List<String> now = scrape();
        assertThat(now)
                .contains("highwater_queue_depth_messages{quantile=\"0.99\"} " + depth(deep))
                .contains("highwater_queue_depth_messages{quantile=\"0.95\"} 2.0")
                .contains(
                        // 94 of 100 are empty.
                        "highwater_queued_messages_bucket{le=\"0.0\"} 94",
                        "highwater_queued_messages_bucket{le=\"1.0\"} 94",
                        "highwater_queued_messages_bucket{le=\"2.0\"} 98",
                        "highwater_queued_messages_bucket{le=\"5.0\"} 98",
                        "highwater_queued_messages_bucket{le=\"10.0\"} 100",
                        "highwater_queued_messages_bucket{le=\"5000.0\"} 100",
                        "highwater_queued_messages_bucket{le=\"+Inf\"} 100",
                        "highwater_queued_messages_gcount 100",
                        "highwater_queued_messages_gsum " + (9.0 + 6 + 4 * 2))
                .contains("highwater_queued_bytes " + (double) shared.bytes())
                .contains("highwater_slow_clients 0.0")
                .contains(
                        "highwater_queued_heap_ratio "
                                + shared.bytes() / (double) Runtime.getRuntime().maxMemory());

        ticker.advance(Duration.ofMillis(1_001));
        assertThat(scrape()).contains("highwater_slow_clients 2.0");

        deepest.onClosed();
        assertThat(scrape())
                .contains("highwater_slow_clients 1.0")
                .contains("highwater_queued_messages_gsum 14.0")
                .contains("highwater_queue_depth_messages{quantile=\"0.99\"} 2.0");
    }

    private SendQueue fill(OutboundFrame frame, int messages) {
        RecordingWire wire = new RecordingWire();
        wire.fill();
        SendQueue queue = route.open(wire, SendQueueListener.NONE);
        while (queue.queuedMessages() < messages) {
            queue.offer(frame);
        }
        return queue;
    }

    private static String depth(SendQueue queue) {
        return queue.queuedMessages() + ".0";
    }

    private List<String> scrape() {
        return metrics.scrape("text/plain; version=0.0.4; charset=utf-8", ticker.nanoTime())
                .lines()
                .toList();
    }
}
