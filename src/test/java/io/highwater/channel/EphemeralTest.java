package io.highwater.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.Level;
import io.highwater.limits.Account;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.protocol.Since;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import io.highwater.testing.ManualExecutor;
import io.highwater.time.TimerWheel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Channels without a log: that of the other channels never hears of them. */
final class EphemeralTest {
    private static final String CHANNEL = "ephemeral:typing";
    private static final int BACKLOG_BYTES = 10_000;

    private final FakeTicker ticker = new FakeTicker();
    private final ManualExecutor shard = new ManualExecutor();
    private final ScriptedBackbone log = new ScriptedBackbone();
    private final Ledger ledger = Ledgers.of(Map.of(), ticker);
    private final List<Draft> sent = new ArrayList<>();
    private int dropped;
    private int published;
    private Relay relay = sent::add;
    private final ChannelHub<String> hub =
            new ChannelHub<>(
                    log,
                    History.of(log),
                    draft -> relay.send(draft),
                    new Frames(),
                    PieceSize.WHOLE,
                    BACKLOG_BYTES,
                    new HubNode(
                            List.of(shard),
                            DeliveryBurst.NONE,
                            ledger.book(Account.NAMES),
                            ledger.book(Account.OUTBOUND),
                            978,
                            ticker,
                            new TimerWheel(ticker.nanoTime()),
                            OtherNodes.NONE,
                            new ChannelObserver() {
                                @Override
                                public void onDropped() {
                                    dropped++;
                                }

                                @Override
                                public void onPublished() {
                                    published++;
                                }
                            },
                            LogLimit.none()));
    private final ListSubscriber a = new ListSubscriber("a");
    private final ListSubscriber b = new ListSubscriber("b");

    @AfterEach
    void theLogHeardNothing() {
        assertThat(log.appended).isEmpty();
        assertThat(log.followers).isEmpty();
        assertThat(log.reads).isEmpty();
    }

    private static Draft draft(String msgId) {
        return draft(msgId, "1");
    }

    private static Draft draft(String msgId, String data) {
        return new Draft(CHANNEL, "p", msgId, null, false, data.getBytes(UTF_8));
    }

    private Appended publish(String msgId) {
        return hub.publish(draft(msgId)).toCompletableFuture().join();
    }

    private void subscribe(Subscriber<String> subscriber, Since since) {
        hub.subscribe(CHANNEL, subscriber, since, 10, 1);
        shard.runAll();
    }

    @Test
    void whoIsSubscribedHearsItAndTheOtherNodesAreSentIt() {
        publish("m1");
        subscribe(a, new Since.Live());
        Appended appended = publish("m2");
        publish("m3");
        shard.runAll();
        assertThat(a.take()).containsExactly("1 unkept", "LIVE [m2, m3]");
        assertThat(appended.level()).isEqualTo(Level.EPHEMERAL);
        assertThat(sent).extracting(Draft::msgId).containsExactly("m1", "m2", "m3");
        assertThat(published).isEqualTo(3);
    }

    @Test
    void whatWasBeforeCannotBeAskedFor() {
        publish("m1");
        subscribe(a, new Since.After(new Position("local", 1, 1, 1)));
        subscribe(b, new Since.Latest());
        publish("m2");
        shard.runAll();
        assertThat(a.take()).containsExactly("1 unkept, though it asked", "LIVE [m2]");
        assertThat(b.take()).containsExactly("1 unkept, though it asked", "LIVE [m2]");
    }

    @Test
    void nothingIsRemembered() {
        subscribe(a, new Since.Live());
        assertThat(publish("m1").duplicate()).isFalse();
        assertThat(publish("m1").duplicate()).isFalse();
        shard.runAll();
        assertThat(a.take()).endsWith("LIVE [m1, m1]");
        HistoryPage none = new HistoryPage(List.of(), true);
        assertThat(hub.history(CHANNEL, null, 10, null)).isCompletedWithValue(none);
        assertThat(hub.historyBefore(CHANNEL, null, 10, null)).isCompletedWithValue(none);
        assertThat(hub.historyFrom(CHANNEL, Instant.EPOCH, 10, null)).isCompletedWithValue(none);
    }

    @Test
    void aLaterSubscribeReplacesTheFormerAndAnUnsubscribeEndsIt() {
        subscribe(a, new Since.Live());
        subscribe(a, new Since.Live());
        publish("m1");
        shard.runAll();
        assertThat(a.take()).containsExactly("1 unkept", "1 unkept", "LIVE [m1]");
        assertThat(hub.unsubscribe(CHANNEL, a).toCompletableFuture()).isNotDone();
        shard.runAll();
        publish("m2");
        shard.runAll();
        assertThat(a.take()).isEmpty();
    }

    @Test
    void otherNodesPublicationsAreDeliveredAndNotSentOn() {
        subscribe(a, new Since.Live());
        hub.relayed(draft("m1"));
        hub.relayed(draft("m2"));
        shard.runAll();
        assertThat(a.take()).endsWith("LIVE [m1, m2]");
        assertThat(sent).isEmpty();
        assertThat(published).isZero();
    }

    /** The shard does not run, so all of it waits. */
    @Test
    void otherNodesPublicationsAreDroppedWhereTheFanOutIsBehind() {
        subscribe(a, new Since.Live());
        for (int i = 0; i < 20; i++) {
            hub.relayed(draft("m" + i, "\"" + "x".repeat(1_000) + "\""));
        }
        shard.runAll();
        assertThat(dropped).isBetween(10, 19);
        assertThat(String.join(" ", a.take())).contains("[m0,").doesNotContain("m19");
        hub.relayed(draft("later"));
        shard.runAll();
        assertThat(a.take()).containsExactly("LIVE [later]");
    }

    @Test
    void aRelayThatThrowsDisturbsNobodyHere() {
        subscribe(a, new Since.Live());
        relay =
                draft -> {
                    throw new IllegalStateException("thrown by a test");
                };
        assertThat(publish("m1").level()).isEqualTo(Level.EPHEMERAL);
        shard.runAll();
        assertThat(a.take()).endsWith("LIVE [m1]");
    }

    /** A frame that cannot be made is lost, and nobody looks for it in a log. */
    @Test
    void aFrameThatFailsIsOnlyLost() {
        subscribe(a, new Since.Live());
        publish("bad");
        publish("m2");
        shard.runAll();
        assertThat(a.take()).endsWith("LIVE [m2]");
    }

    /** The log pays for names that it has; this one it has not. */
    @Test
    void theChannelIsInTheAccountUntilNobodyIsLeft() {
        hub.subscribe(CHANNEL, a, new Since.Live(), 10, 1);
        shard.runAll();
        assertThat(ledger.book(Account.NAMES).bytes())
                .isGreaterThanOrEqualTo(216 + HeapBytes.of(CHANNEL));
        hub.unsubscribe(CHANNEL, a);
        shard.runAll();
        assertThat(ledger.book(Account.NAMES).bytes()).isZero();
    }

    private static final class Frames implements FrameFactory<String> {
        @Override
        public String frame(Entry entry) {
            if (entry.msgId().equals("bad")) {
                throw new IllegalStateException("thrown by a test");
            }
            return entry.msgId();
        }

        @Override
        public String snapshot(Entry entry) {
            throw new AssertionError("there is nothing to show");
        }
    }
}
