package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.local.LocalBackbone;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Since;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import io.highwater.testing.ManualExecutor;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A hub whose time is moved by hand, and subscribers that watch. Confined to its test. */
final class PresenceFixture {
    static final int MOST_NAMES = 300;

    private static final Duration STEP = Duration.ofMillis(50);

    final FakeTicker ticker;
    final TimerWheel wheel;
    final Ledger ledger;
    final ManualExecutor shard = new ManualExecutor();
    final ChannelHub<String> hub;

    /** The channel of all calls. */
    String channel = "c";

    boolean failingFrames;
    final List<String> faults = new ArrayList<>();
    private final Map<String, PresenceEvent> events = new IdentityHashMap<>();
    private final List<CompletableFuture<Void>> held = new ArrayList<>();
    private boolean holding;

    PresenceFixture() {
        this(new FakeTicker(), OtherNodes.NONE);
    }

    /** One of several nodes with the same time. */
    PresenceFixture(FakeTicker ticker, OtherNodes others) {
        this.ticker = ticker;
        wheel = new TimerWheel(ticker.nanoTime());
        ledger = Ledgers.of(Map.of(), ticker);
        LocalBackbone backbone =
                new LocalBackbone(
                        new MemorySettings(
                                1,
                                Ledger.unbounded(),
                                name -> RingBounds.defaults(),
                                LogLimit.none()),
                        1_000,
                        ticker,
                        wheel);
        hub =
                new ChannelHub<>(
                        backbone,
                        new HeldHistory(History.of(backbone)),
                        Relay.NONE,
                        new Frames(),
                        PieceSize.WHOLE,
                        1 << 20,
                        new HubNode(
                                List.of(shard),
                                DeliveryBurst.NONE,
                                ledger.book(Account.NAMES),
                                ledger.book(Account.OUTBOUND),
                                MOST_NAMES,
                                ticker,
                                wheel,
                                others,
                                ChannelObserver.NONE,
                                LogLimit.none()));
    }

    Watcher watcher(String client) {
        return new Watcher(client);
    }

    void join(Subscriber<String> subscriber) {
        join(subscriber, new Since.Live());
    }

    void join(Subscriber<String> subscriber, Since since) {
        hub.subscribe(channel, subscriber, since, 10, 1);
        shard.runAll();
    }

    void leave(Subscriber<String> subscriber) {
        var unused = hub.unsubscribe(channel, subscriber);
        shard.runAll();
    }

    /** In the steps of a node's timers. */
    void pass(Duration time) {
        for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(STEP)) {
            ticker.advance(STEP.compareTo(left) < 0 ? STEP : left, wheel);
            shard.runAll();
        }
    }

    /** Reads of the history are not answered from now on. */
    void holdReads() {
        holding = true;
    }

    void letReads() {
        holding = false;
        List.copyOf(held).forEach(read -> read.complete(null));
        shard.runAll();
    }

    long namesBytes() {
        return ledger.book(Account.NAMES).bytes();
    }

    void closeHub() {
        hub.close();
        shard.runAll();
    }

    /** A subscriber that asks who is there. */
    final class Watcher extends ListSubscriber {
        final List<String> frames = new ArrayList<>();
        private final List<PresenceEvent> told = new ArrayList<>();
        boolean stalled;
        boolean failing;
        private long toldNanos;

        private Watcher(String client) {
            super(client);
        }

        @Override
        public boolean watchesPresence() {
            return true;
        }

        @Override
        public boolean onPresence(String frame) {
            if (failing) {
                throw new IllegalStateException("thrown by a test");
            }
            if (!stalled) {
                if (!events.get(frame).snapshot()
                        && wheel.nowNanos() - toldNanos < PresenceFeed.PAUSE.toNanos()) {
                    faults.add(client() + " was told too soon after the last event");
                }
                toldNanos = wheel.nowNanos();
                frames.add(frame);
                told.add(events.get(frame));
                heard.add(frame);
            }
            return !stalled;
        }

        @Override
        List<String> take() {
            told.clear();
            return super.take();
        }

        List<PresenceEvent> takeEvents() {
            List<PresenceEvent> taken = List.copyOf(told);
            told.clear();
            return taken;
        }
    }

    private final class Frames implements FrameFactory<String> {
        @Override
        public String frame(Entry entry) {
            return entry.msgId();
        }

        @Override
        public String snapshot(Entry entry) {
            return entry.msgId();
        }

        @Override
        public String presence(PresenceEvent event, long nowNanos) {
            if (failingFrames) {
                throw new IllegalStateException("thrown by a test");
            }
            String frame =
                    (event.snapshot() ? "snapshot " : "")
                            + event.count()
                            + ":"
                            + text(" +", event.joined())
                            + text(" -", event.left());
            events.put(frame, event);
            return frame;
        }

        private static String text(String sign, Members members) {
            List<String> clients = new ArrayList<>(members.clients());
            Collections.sort(clients);
            return members.isEmpty() ? "" : sign + members.count() + " " + clients;
        }
    }

    private final class HeldHistory implements History {
        private final History history;

        private HeldHistory(History history) {
            this.history = history;
        }

        private <T> CompletionStage<T> hold(CompletionStage<T> read) {
            if (!holding) {
                return read;
            }
            CompletableFuture<Void> let = new CompletableFuture<>();
            held.add(let);
            return let.thenCompose(done -> read);
        }

        @Override
        public CompletionStage<ReadResult> readAfter(
                String name, @Nullable Cursor after, int limit, @Nullable Payer payer) {
            return hold(history.readAfter(name, after, limit, payer));
        }

        @Override
        public CompletionStage<ReadResult> readBefore(
                String name, @Nullable Cursor before, int limit, @Nullable Payer payer) {
            return hold(history.readBefore(name, before, limit, payer));
        }

        @Override
        public CompletionStage<@Nullable Cursor> at(
                String name, Instant instant, @Nullable Payer payer) {
            return hold(history.at(name, instant, payer));
        }
    }
}
