package io.highwater.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Draft;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.local.LocalBackbone;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Since;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.ManualExecutor;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When what a shard delivers may wait for the rest of it. */
final class DeliveryBurstTest {
    private final FakeTicker ticker = new FakeTicker();
    private final LocalBackbone backbone =
            new LocalBackbone(
                    new MemorySettings(
                            1,
                            Ledger.unbounded(),
                            name -> new RingBounds(100, Duration.ofMinutes(2)),
                            LogLimit.none()),
                    1_000,
                    ticker,
                    new TimerWheel(ticker.nanoTime()));
    private final ManualExecutor shard = new ManualExecutor();

    /** Begins and ends of bursts, and deliveries. */
    private final List<String> events = new ArrayList<>();

    private final DeliveryBurst burst =
            new DeliveryBurst() {
                @Override
                public void begin() {
                    events.add("begin");
                }

                @Override
                public void end() {
                    events.add("end");
                }
            };
    private final ChannelHub<String> hub =
            new ChannelHub<>(
                    backbone,
                    History.of(backbone),
                    Relay.NONE,
                    new CheckedSubscriber.Frames(),
                    PieceSize.WHOLE,
                    100_000,
                    new HubNode(
                            List.of(shard),
                            burst,
                            Ledger.unbounded().book(Account.NAMES),
                            Ledger.unbounded().book(Account.OUTBOUND),
                            978,
                            ticker,
                            new TimerWheel(ticker.nanoTime()),
                            OtherNodes.NONE,
                            ChannelObserver.NONE,
                            LogLimit.none()));

    private final class Recorder extends ListSubscriber {
        Recorder(String client) {
            super(client);
        }

        @Override
        public void onTurn(Turn<String> turn, TurnKind kind) {
            events.add(client());
        }
    }

    private void subscribe(String channel, int count) {
        for (int i = 0; i < count; i++) {
            hub.subscribe(channel, new Recorder(channel + i), new Since.Live(), 10, 1);
        }
        shard.runAll();
        events.clear();
    }

    private void publish(String channel, String msgId) {
        hub.publish(new Draft(channel, "p", msgId, null, false, "1".getBytes(UTF_8)));
    }

    @Test
    void theTurnsOfAllChannelsAreOneBurst() {
        subscribe("a", 2);
        subscribe("b", 1);
        publish("a", "m1");
        publish("b", "m1");
        shard.runAll();
        assertThat(events).containsExactly("begin", "a0", "a1", "b0", "end");
    }

    @Test
    void aBurstEndsWithTheTurnThatMakesItLong() {
        subscribe("a", 1_000);
        subscribe("b", 1);
        publish("a", "m1");
        publish("b", "m1");
        shard.runAll();
        assertThat(events)
                .startsWith("begin", "a0")
                .endsWith("a999", "end", "begin", "b0", "end")
                .hasSize(1_000 + 1 + 4);
    }
}
