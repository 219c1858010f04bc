package io.highwater.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import io.highwater.backbone.Appended;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneHealth;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.local.LocalBackbone;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Since;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.ManualExecutor;
import io.highwater.testing.Stray;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** All that a shard calls throws once: the shard goes on, and whoever asked has an answer. */
final class StrayThrowTest {
    private enum Place {
        HAND_OVER,
        BURST_BEGIN,
        BURST_END,
        FRAME,
        CHANNELS_FRAMES,
        FRAMES_RELEASE,
        FOLLOW,
        UNFOLLOW,
        READ,
        ON_CHANNELS,
        ON_SUBSCRIPTIONS,
        ON_PUBLISHED,
        ON_TURN,
        ON_FAILURE,
        SUBSCRIBER_ON_SUBSCRIBED,
        SUBSCRIBER_ON_TURN
    }

    private final Map<Place, Stray> strays = new EnumMap<>(Place.class);

    private final FakeTicker ticker = new FakeTicker();
    private final Book names = Ledger.unbounded().book(Account.NAMES);
    private final LocalBackbone real =
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
    private final StrayBackbone stray = new StrayBackbone();
    private final ChannelHub<String> hub =
            new ChannelHub<>(
                    stray,
                    History.of(stray),
                    Relay.NONE,
                    new StrayFrames(),
                    PieceSize.WHOLE,
                    100_000,
                    new HubNode(
                            List.of(at(Place.HAND_OVER).refusing(shard)),
                            new DeliveryBurst() {
                                @Override
                                public void begin() {
                                    at(Place.BURST_BEGIN).call();
                                }

                                @Override
                                public void end() {
                                    at(Place.BURST_END).call();
                                }
                            },
                            names,
                            Ledger.unbounded().book(Account.OUTBOUND),
                            978,
                            ticker,
                            new TimerWheel(ticker.nanoTime()),
                            OtherNodes.NONE,
                            new ChannelObserver() {
                                @Override
                                public void onChannels(int change) {
                                    at(Place.ON_CHANNELS).call();
                                }

                                @Override
                                public void onSubscriptions(int change) {
                                    at(Place.ON_SUBSCRIPTIONS).call();
                                }

                                @Override
                                public void onPublished() {
                                    at(Place.ON_PUBLISHED).call();
                                }

                                @Override
                                public void onTurn(int publications, int subscribers) {
                                    inTurn.run();
                                    inTurn = () -> {};
                                    at(Place.ON_TURN).call();
                                }

                                @Override
                                public void onFailure() {
                                    failures++;
                                    at(Place.ON_FAILURE).call();
                                }
                            },
                            LogLimit.none()));
    private int failures;
    private Runnable inTurn = () -> {};

    /** Channels that the log has to bring. */
    private final Set<String> followed = new HashSet<>();

    private Stray at(Place place) {
        return strays.computeIfAbsent(place, any -> new Stray());
    }

    private CompletionStage<Appended> publish(String msgId) {
        return publish(msgId, "1");
    }

    private CompletionStage<Appended> publish(String msgId, String data) {
        return hub.publish(new Draft("c", "p", msgId, null, false, data.getBytes(UTF_8)));
    }

    static Stream<Arguments> places() {
        return Stream.of(Place.values())
                .flatMap(
                        place ->
                                Stream.of(Stray.Kind.values())
                                        .map(kind -> Arguments.of(place, kind)));
    }

    @ParameterizedTest
    @EnumSource
    void whatCountsAPublicationDoesNotRefuseIt(Stray.Kind kind) {
        at(Place.ON_PUBLISHED).arm(kind);
        assertThat(publish("m1").toCompletableFuture()).isCompleted();
    }

    /** As without memory, where the log has none either. */
    @Test
    void aTurnThatFailsWholeIsNoLongerInTheBacklog() {
        Logger log = (Logger) LoggerFactory.getLogger(Failures.class);
        Appender<ILoggingEvent> throwing =
                new AppenderBase<>() {
                    @Override
                    protected void append(ILoggingEvent event) {
                        throw new NoClassDefFoundError("thrown by a test");
                    }
                };
        throwing.start();
        hub.subscribe("c", new ListSubscriber("s"), new Since.Live(), 10, 1);
        shard.runAll();
        log.addAppender(throwing);
        try {
            for (int i = 0; i < 5; i++) {
                at(Place.FRAME).arm(Stray.Kind.ERROR);
                assertThat(publish("m" + i, "1".repeat(60_000)).toCompletableFuture())
                        .as("refused as too far behind")
                        .isCompleted();
                shard.runAll();
            }
        } finally {
            log.detachAppender(throwing);
        }
    }

    /** Subscribe, hear, leave and come back, with the throw at any one of them. */
    @ParameterizedTest
    @MethodSource("places")
    void afterOneThrowAnywhereTheNextCommandsAreServed(Place place, Stray.Kind kind) {
        ListSubscriber witness = new ListSubscriber("witness");
        hub.subscribe("other", witness, new Since.Live(), 10, 1);
        shard.runAll();
        witness.take();
        at(place).arm(kind);
        if (place == Place.ON_FAILURE) {
            at(Place.FRAME).arm(kind);
        }
        AnsweredSubscriber first = new AnsweredSubscriber("first");
        hub.subscribe("c", first, new Since.Latest(), 10, 2);
        publish("m1");
        shard.runAll();
        publish("m2");
        shard.runAll();
        CompletionStage<Boolean> left = hub.unsubscribe("c", first);
        shard.runAll();
        assertThat(left.toCompletableFuture()).isDone();
        assertThat(first.answers).as("to its subscribe").isEqualTo(1);
        assertThat(followed.contains("c"))
                .as("followed, though nobody subscribes")
                .isEqualTo(place == Place.UNFOLLOW);
        assertThat(strays.values()).allMatch(Stray::isSpent);

        AnsweredSubscriber second = new AnsweredSubscriber("second");
        hub.subscribe("c", second, new Since.Live(), 10, 3);
        shard.runAll();
        publish("m3");
        shard.runAll();
        assertThat(second.answers).isEqualTo(1);
        assertThat(second.take()).last().isEqualTo("LIVE [m3@3]");
        assertThat(witness.take()).isEmpty();

        hub.unsubscribe("c", second);
        hub.unsubscribe("other", witness);
        shard.runAll();
        assertThat(names.bytes()).as("nothing is kept any more").isZero();
        assertThat(followed).isEmpty();
    }

    /** Where it is so long that it ends a burst. */
    @ParameterizedTest
    @EnumSource(
            value = Place.class,
            names = {"BURST_BEGIN", "BURST_END"})
    void whoeverLeavesAtTheEndOfATurnHasLeft(Place place) {
        for (int i = 1; i < 1_000; i++) {
            hub.subscribe("c", new ListSubscriber("s" + i), new Since.Live(), 10, i);
        }
        ListSubscriber leaver = new ListSubscriber("leaver");
        hub.subscribe("c", leaver, new Since.Live(), 10, 1_000);
        shard.runAll();
        leaver.take();
        publish("m1");
        CompletionStage<Boolean> left = hub.unsubscribe("c", leaver);
        hub.publish(new Draft("c", "p", "m2", null, false, "1".getBytes(UTF_8)));
        inTurn = () -> at(place).arm(Stray.Kind.ERROR);
        shard.runAll();
        assertThat(at(place).isSpent()).isTrue();
        assertThat(left).isCompletedWithValue(true);
        assertThat(leaver.take()).containsExactly("LIVE [m1@1]");
    }

    @Test
    void aTaskThatWasTakenThoughTheHandOverThrewBringsWhatWaits() {
        Stray late = new Stray();
        ChannelHub<String> torn =
                new ChannelHub<>(
                        real,
                        new CheckedSubscriber.Frames(),
                        List.of(late.refusingTooLate(shard)),
                        100_000,
                        ChannelObserver.NONE);
        ListSubscriber subscriber = new ListSubscriber("subscriber");
        torn.subscribe("c", subscriber, new Since.Live(), 10, 1);
        shard.runAll();
        late.arm(Stray.Kind.ERROR);
        torn.publish(new Draft("c", "p", "m1", null, false, "1".getBytes(UTF_8)));
        assertThat(late.isSpent()).isTrue();
        shard.runAll();
        assertThat(subscriber.take()).last().isEqualTo("LIVE [m1@1]");
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aReadThatThrowsOnceIsAnsweredAndCounted(Stray.Kind kind) {
        at(Place.READ).arm(kind);
        ListSubscriber subscriber = new ListSubscriber("subscriber");
        hub.subscribe("c", subscriber, new Since.Live(), 10, 1);
        shard.runAll();
        assertThat(subscriber.take()).containsExactly("1 failed: the channel cannot be read now");
        assertThat(failures).isEqualTo(1);
        assertThat(names.bytes()).isZero();
    }

    private final class AnsweredSubscriber extends ListSubscriber {
        private int answers;

        AnsweredSubscriber(String client) {
            super(client);
        }

        @Override
        public void onSubscribed(SubscribeOutcome outcome) {
            answers++;
            super.onSubscribed(outcome);
            at(Place.SUBSCRIBER_ON_SUBSCRIBED).call();
        }

        @Override
        public void onTurn(Turn<String> turn, TurnKind kind) {
            super.onTurn(turn, kind);
            at(Place.SUBSCRIBER_ON_TURN).call();
        }
    }

    private final class StrayFrames implements FrameFactory<String> {
        private final CheckedSubscriber.Frames frames = new CheckedSubscriber.Frames();

        @Override
        public FrameFactory<String> ofChannel() {
            at(Place.CHANNELS_FRAMES).call();
            return this;
        }

        @Override
        public void release() {
            at(Place.FRAMES_RELEASE).call();
        }

        @Override
        public String frame(Entry entry) {
            at(Place.FRAME).call();
            return frames.frame(entry);
        }

        @Override
        public String snapshot(Entry entry) {
            return frames.snapshot(entry);
        }
    }

    private final class StrayBackbone implements Backbone {
        @Override
        public CompletionStage<Appended> append(Draft draft) {
            return real.append(draft);
        }

        @Override
        public boolean follow(String channel, BackboneListener listener, @Nullable Payer payer) {
            StrayThrowTest.this.at(Place.FOLLOW).call();
            followed.add(channel);
            return real.follow(channel, listener, payer);
        }

        @Override
        public void unfollow(String channel) {
            StrayThrowTest.this.at(Place.UNFOLLOW).call();
            followed.remove(channel);
            real.unfollow(channel);
        }

        @Override
        public CompletionStage<ReadResult> readAfter(
                String channel, @Nullable Cursor after, int limit, @Nullable Payer payer) {
            StrayThrowTest.this.at(Place.READ).call();
            return real.readAfter(channel, after, limit, payer);
        }

        @Override
        public CompletionStage<@Nullable Void> start() {
            return real.start();
        }

        @Override
        public CompletionStage<ReadResult> readBefore(
                String channel, @Nullable Cursor before, int limit, @Nullable Payer payer) {
            StrayThrowTest.this.at(Place.READ).call();
            return real.readBefore(channel, before, limit, payer);
        }

        @Override
        public CompletionStage<@Nullable Cursor> at(
                String channel, Instant instant, @Nullable Payer payer) {
            return real.at(channel, instant, payer);
        }

        @Override
        public BackboneHealth health() {
            return real.health();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
