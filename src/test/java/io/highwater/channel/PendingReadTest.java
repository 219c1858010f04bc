package io.highwater.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Draft;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.local.LocalBackbone;
import io.highwater.backbone.memory.MemorySettings;
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

/** What comes while the log does not answer a subscriber's read. */
final class PendingReadTest {
    private static final int BACKLOG_BYTES = 1 << 20;
    private static final byte[] DATA = new byte[10_000];

    private final FakeTicker ticker = new FakeTicker();
    private final DelayingBackbone backbone =
            new DelayingBackbone(
                    new LocalBackbone(
                            new MemorySettings(
                                    1,
                                    Ledger.unbounded(),
                                    name -> new RingBounds(1, Duration.ofMinutes(2)),
                                    LogLimit.none()),
                            1_000,
                            ticker,
                            new TimerWheel(ticker.nanoTime())));
    private final ManualExecutor shard = new ManualExecutor();
    private final ChannelHub<String> hub =
            new ChannelHub<>(
                    backbone,
                    new CheckedSubscriber.Frames(),
                    List.of(shard),
                    BACKLOG_BYTES,
                    ChannelObserver.NONE);
    private final Outcomes waiting = new Outcomes();
    private int published;

    /** Confined to its test. */
    private static final class Outcomes implements Subscriber<String> {
        final List<SubscribeOutcome> outcomes = new ArrayList<>();
        int heard;

        @Override
        public String client() {
            return "waiting";
        }

        @Override
        public void onSubscribed(SubscribeOutcome outcome) {
            outcomes.add(outcome);
        }

        @Override
        public void onTurn(Turn<String> turn, TurnKind kind) {
            heard += turn.publications().size();
        }
    }

    private void subscribe(Subscriber<String> subscriber) {
        hub.subscribe("c", subscriber, new Since.Live(), 10, 1);
        shard.runAll();
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            published++;
            Draft draft = new Draft("c", "p", "m" + published, null, false, DATA);
            assertThat(hub.publish(draft).toCompletableFuture()).isCompleted();
            backbone.deliver(1);
            shard.runAll();
        }
    }

    @Test
    void aFewMessagesWaitForTheRead() {
        subscribe(waiting);
        publish(10);
        assertThat(waiting.outcomes).isEmpty();
        backbone.answer(0);
        shard.runAll();
        publish(10);
        assertThat(waiting.outcomes).singleElement().isInstanceOf(SubscribeOutcome.Recovered.class);
        // Those that the read has not passed.
        assertThat(waiting.heard).isBetween(10, 20);
    }

    /** As much as would fill many heaps is published, and none of it is refused. */
    @Test
    void aReadThatTooMuchWaitsForIsGivenUp() {
        Outcomes live = new Outcomes();
        backbone.prompt = true;
        subscribe(live);
        backbone.prompt = false;
        for (int round = 1; round <= 5; round++) {
            hub.subscribe("c", waiting, new Since.Latest(), 10, round);
            shard.runAll();
            publish(200);
            assertThat(waiting.outcomes)
                    .hasSize(round)
                    .last()
                    .isInstanceOf(SubscribeOutcome.Failed.class);
        }
        assertThat(waiting.heard).isZero();
        assertThat(live.heard).isEqualTo(published);
        assertThat(hub.isBehind()).isFalse();
    }

    @Test
    void whatWaitedForASubscriberThatLeftIsForgotten() {
        for (int round = 1; round <= 20; round++) {
            subscribe(waiting);
            publish(20);
            hub.unsubscribe("c", waiting);
            shard.runAll();
        }
        assertThat(hub.isBehind()).isFalse();
        assertThat(waiting.heard).isZero();
    }
}
