package io.highwater.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.local.LocalBackbone;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Since;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.ManualExecutor;
import io.highwater.time.TimerWheel;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ChannelHubMemoryTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int SUBSCRIBERS = 1_000;

    private final FakeTicker ticker = new FakeTicker();
    private final ManualExecutor shard = new ManualExecutor();
    private final ChannelHub<Entry> hub =
            new ChannelHub<>(
                    new LocalBackbone(
                            new MemorySettings(
                                    1,
                                    Ledger.unbounded(),
                                    name -> new RingBounds(1_000, Duration.ofMinutes(2)),
                                    LogLimit.none()),
                            1_000,
                            ticker,
                            new TimerWheel(ticker.nanoTime())),
                    new SameFrames(),
                    List.of(shard),
                    1 << 20,
                    ChannelObserver.NONE);

    /** All that a publication costs, log and msgId too, is shared by those who hear it. */
    @Test
    void aDeliveryAllocatesNothing() {
        for (int i = 0; i < SUBSCRIBERS; i++) {
            hub.subscribe("c", new Counter(), new Since.Live(), 0, 1);
        }
        shard.runAll();
        Counter.heard = 0;
        publish(0, 500);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        publish(500, 1_000);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(Counter.heard).isEqualTo(1_000L * SUBSCRIBERS);
        assertThat(allocated / (500.0 * SUBSCRIBERS)).isLessThan(2);
    }

    private void publish(int from, int to) {
        byte[] data = "1".getBytes(UTF_8);
        for (int i = from; i < to; i++) {
            hub.publish(new Draft("c", "p", "m" + i, null, false, data));
            shard.runAll();
        }
    }

    /** Confined to its test. */
    private static final class Counter implements Subscriber<Entry> {
        private static long heard;

        @Override
        public String client() {
            return "counter";
        }

        @Override
        public void onSubscribed(SubscribeOutcome outcome) {}

        @Override
        public void onTurn(Turn<Entry> turn, TurnKind kind) {
            heard++;
        }
    }

    private static final class SameFrames implements FrameFactory<Entry> {
        @Override
        public Entry frame(Entry entry) {
            return entry;
        }

        @Override
        public Entry snapshot(Entry entry) {
            return entry;
        }
    }
}
