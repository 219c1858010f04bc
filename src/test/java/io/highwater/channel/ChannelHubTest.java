package io.highwater.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.local.LocalBackbone;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.protocol.Since;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.ManualExecutor;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One shard, whose thread is the test's. */
final class ChannelHubTest {
    private static final Since LIVE = new Since.Live();

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
    private final CheckedSubscriber.Frames frames = new CheckedSubscriber.Frames();
    private final CountingObserver observer = new CountingObserver();
    private final ChannelHub<String> hub =
            new ChannelHub<>(backbone, frames, List.of(shard), 100_000, observer);
    private final ListSubscriber a = new ListSubscriber("a");
    private final ListSubscriber b = new ListSubscriber("b");

    private CompletionStage<Appended> publish(String channel, String msgId, @Nullable String key) {
        return hub.publish(new Draft(channel, "p", msgId, key, false, "1".getBytes(UTF_8)));
    }

    private Position publish(String channel, String msgId) {
        return publish(channel, msgId, null).toCompletableFuture().join().position();
    }

    private void subscribe(String channel, Subscriber<String> subscriber, Since since) {
        hub.subscribe(channel, subscriber, since, 10, 1);
        shard.runAll();
    }

    private static Since after(Position position) {
        return new Since.After(position);
    }

    @Test
    void whatArrivedSinceTheLastTurnIsOneTurnOfSharedFrames() {
        subscribe("c", a, LIVE);
        subscribe("c", b, LIVE);
        publish("c", "m1");
        publish("c", "m2");
        shard.runAll();
        assertThat(a.take()).containsExactly("1 recovered [local]0", "LIVE [m1@1, m2@2]");
        assertThat(b.turns.get(0)).isSameAs(a.turns.get(0));
        assertThat(frames.made).containsOnlyKeys("c m1@1", "c m2@2").containsValue(1);
        assertThat(observer.turns).containsExactly("2 to 2");
    }

    @Test
    void channelsSubscriptionsAndPublicationsAreCounted() {
        subscribe("c", a, LIVE);
        subscribe("c", b, LIVE);
        subscribe("d", b, LIVE);
        subscribe("c", b, LIVE); // Instead of the one before.
        publish("c", "m1");
        publish("c", "m1");
        publish("nobody", "m2");
        assertThat(observer.counts()).isEqualTo("2 channels, 3 subscriptions, 2 publications");

        hub.unsubscribe("c", a);
        hub.unsubscribe("c", a);
        hub.unsubscribe("d", b);
        shard.runAll();
        assertThat(observer.counts()).isEqualTo("1 channels, 1 subscriptions, 2 publications");
    }

    @Test
    void aSubscriptionWhoseReadFailsIsCountedNoMore() {
        ScriptedBackbone log = new ScriptedBackbone();
        ChannelHub<String> read = new ChannelHub<>(log, frames, List.of(shard), 100_000, observer);
        read.subscribe("c", a, LIVE, 10, 1);
        shard.runAll();
        assertThat(observer.counts()).isEqualTo("1 channels, 1 subscriptions, 0 publications");
        log.reads.get(0).completeExceptionally(new IllegalStateException("thrown by a test"));
        shard.runAll();
        assertThat(observer.counts()).isEqualTo("0 channels, 0 subscriptions, 0 publications");
    }

    @Test
    void aHubThatIsClosedCountsNothing() {
        subscribe("c", a, LIVE);
        subscribe("c", b, LIVE);
        subscribe("d", b, LIVE);
        hub.close();
        shard.runAll();
        assertThat(observer.counts()).isEqualTo("0 channels, 0 subscriptions, 0 publications");
        hub.unsubscribe("c", a);
        shard.runAll();
        assertThat(observer.counts()).isEqualTo("0 channels, 0 subscriptions, 0 publications");
    }

    /** Its read is answered when it is counted no more. */
    @Test
    void norDoesWhatIsAnsweredAfterTheEnd() {
        ScriptedBackbone log = new ScriptedBackbone();
        ChannelHub<String> read = new ChannelHub<>(log, frames, List.of(shard), 100_000, observer);
        read.subscribe("c", a, LIVE, 10, 1);
        shard.runAll();
        read.close();
        shard.runAll();
        log.reads.get(0).completeExceptionally(new IllegalStateException("thrown by a test"));
        shard.runAll();
        assertThat(observer.counts()).isEqualTo("0 channels, 0 subscriptions, 0 publications");
    }

    @Test
    void theJoinedFrameOfATurnIsMadeOnce() {
        subscribe("c", a, LIVE);
        publish("c", "m1");
        publish("c", "m2");
        shard.runAll();
        Turn<String> turn = a.turns.get(0);
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            assertThat(
                            turn.joined(
                                    publications -> {
                                        made.add("joined");
                                        return publications.get(0).frame()
                                                + publications.get(1).frame();
                                    }))
                    .isEqualTo("m1@1m2@2");
        }
        assertThat(made).hasSize(1);
    }

    @Test
    void aLongTurnIsCutSoThatItFitsAQueue() {
        subscribe("c", a, LIVE);
        IntStream.range(0, 150).forEach(i -> publish("c", "m" + i));
        shard.runAll();
        assertThat(a.turns)
                .extracting(turn -> turn.publications().size())
                .containsExactly(64, 64, 22);
    }

    @Test
    void aTurnOfLargeMessagesIsCutByBytes() {
        subscribe("c", a, LIVE);
        for (int i = 0; i < 3; i++) {
            hub.publish(new Draft("c", "p", "m" + i, null, false, new byte[35_000]));
        }
        shard.runAll();
        assertThat(a.turns).extracting(turn -> turn.publications().size()).containsExactly(2, 1);
    }

    @Test
    void channelsDoNotHearEachOther() {
        subscribe("c", a, LIVE);
        subscribe("d", b, LIVE);
        publish("d", "m1");
        publish("c", "m2");
        publish("nobody", "m3");
        shard.runAll();
        assertThat(a.take()).endsWith("LIVE [m2@1]");
        assertThat(b.take()).endsWith("LIVE [m1@1]");
        assertThat(frames.made).hasSize(2);
    }

    @Test
    void whatWasPublishedBeforeASubscribeIsNotHeardLive() {
        subscribe("c", b, LIVE);
        publish("c", "m1");
        hub.subscribe("c", a, LIVE, 0, 7);
        publish("c", "m2");
        shard.runAll();
        assertThat(a.take()).containsExactly("7 recovered [local]1", "LIVE [m2@2]");
        assertThat(b.take()).containsExactly("1 recovered [local]0", "LIVE [m1@1]", "LIVE [m2@2]");
    }

    @Test
    void resumeBringsWhatWasMissedThenLive() {
        publish("c", "m0");
        Position seen = publish("c", "m1");
        publish("c", "m2");
        publish("c", "m3");
        subscribe("c", a, after(seen));
        publish("c", "m4");
        shard.runAll();
        assertThat(a.take())
                .containsExactly("1 recovered [local]4", "RECOVERED [m2@3, m3@4]", "LIVE [m4@5]");
    }

    @Test
    void aHerdThatComesBackCostsOneFrameAnEntryAndOneTurnACursor() {
        Position seen = publish("c", "m1");
        publish("c", "m2");
        publish("c", "m3");
        List<ListSubscriber> herd = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            herd.add(new ListSubscriber("h" + i));
            hub.subscribe("c", herd.get(i), after(seen), 10, 1);
        }
        Position first = new Position("local", 1_000, 0, 0);
        hub.subscribe("c", a, after(first), 10, 1);
        shard.runAll();
        assertThat(herd)
                .allSatisfy(one -> assertThat(one.turns).containsExactly(herd.get(0).turns.get(0)));
        assertThat(a.take())
                .containsExactly("1 recovered [local]3", "RECOVERED [m1@1, m2@2, m3@3]");
        assertThat(frames.made.values()).containsExactly(1, 1, 1);
    }

    @Test
    void aLimitIsNoQuestionOfItsOwnWhereThereIsNoPosition() {
        publish("c", "m1");
        List<ListSubscriber> herd = new ArrayList<>();
        for (int limit = 1; limit <= 10; limit++) {
            herd.add(new ListSubscriber("h" + limit));
            hub.subscribe("c", herd.get(limit - 1), new Since.Latest(), limit, 1);
        }
        shard.runAll();
        assertThat(herd)
                .allSatisfy(one -> assertThat(one.turns).containsExactly(herd.get(0).turns.get(0)));
        ScriptedBackbone log = new ScriptedBackbone();
        ChannelHub<String> read = new ChannelHub<>(log, frames, List.of(shard), 100_000, observer);
        for (int limit = 1; limit <= 10; limit++) {
            read.subscribe("c", new ListSubscriber("h" + limit), LIVE, limit, 1);
        }
        shard.runAll();
        assertThat(log.reads).hasSize(1);
    }

    @Test
    void whatOnePassSharesIsLetGoBeforeItIsMuch() {
        Position seen = publish("c", "m1");
        for (int i = 0; i < 10; i++) {
            hub.publish(new Draft("c", "p", "large" + i, null, false, new byte[60_000]));
        }
        ListSubscriber third = new ListSubscriber("third");
        hub.subscribe("c", a, after(seen), 100, 1);
        hub.subscribe("c", b, after(seen), 100, 1);
        hub.subscribe("c", third, after(seen), 100, 1);
        shard.runAll();
        assertThat(a.turns.get(0).publications()).hasSize(10);
        assertThat(b.turns.get(0)).isNotSameAs(a.turns.get(0));
        assertThat(third.take()).hasSize(2).isEqualTo(b.take()).isEqualTo(a.take());
    }

    @Test
    void latestBringsTheNewestOfEveryKeyOldestFirst() {
        publish("c", "m1", "A");
        publish("c", "m2", "B");
        publish("c", "m3", null);
        publish("c", "m4", "A");
        subscribe("c", a, new Since.Latest());
        publish("c", "m5", "B");
        shard.runAll();
        assertThat(a.take())
                .containsExactly(
                        "1 recovered [local]4",
                        "SNAPSHOT [snapshot m2@2, snapshot m3@3, snapshot m4@4]",
                        "LIVE [m5@5]");
    }

    @Test
    void latestWithoutKeysBringsTheNewest() {
        publish("c", "m1");
        publish("c", "m2");
        subscribe("c", a, new Since.Latest());
        assertThat(a.take()).containsExactly("1 recovered [local]2", "SNAPSHOT [snapshot m2@2]");
    }

    @Test
    void latestOfNothingIsNothing() {
        subscribe("c", a, new Since.Latest());
        assertThat(a.take()).containsExactly("1 recovered [local]0");
    }

    @Test
    void aCursorOfSeveralOriginsCannotBeRecovered() {
        publish("c", "m1");
        Cursor several = publish("d", "m1").with(new Position("elsewhere", 1, 1, 1));
        subscribe("c", a, new Since.After(several));
        assertThat(a.take()).containsExactly("1 UNKNOWN_GENERATION [local]1");
    }

    @Test
    void subscribingAgainReplacesTheSubscription() {
        Position seen = publish("c", "m1");
        publish("c", "m2");
        subscribe("c", a, LIVE);
        hub.subscribe("c", a, after(seen), 10, 2);
        shard.runAll();
        publish("c", "m3");
        shard.runAll();
        assertThat(a.take())
                .containsExactly(
                        "1 recovered [local]2",
                        "2 recovered [local]2",
                        "RECOVERED [m2@2]",
                        "LIVE [m3@3]");
        CompletionStage<Boolean> left = hub.unsubscribe("c", a);
        publish("c", "m4");
        shard.runAll();
        assertThat(left).isCompletedWithValue(true);
        assertThat(a.take()).isEmpty();
    }

    @Test
    void nothingComesOnceUnsubscribeIsComplete() {
        subscribe("c", a, LIVE);
        CompletionStage<Boolean> done = hub.unsubscribe("c", a);
        CompletionStage<Boolean> again = hub.unsubscribe("c", a);
        CompletionStage<Boolean> never = hub.unsubscribe("d", a);
        shard.runAll();
        publish("c", "m1");
        shard.runAll();
        assertThat(done).isCompletedWithValue(true);
        assertThat(again).isCompletedWithValue(false);
        assertThat(never).isCompletedWithValue(false);
        assertThat(a.turns).isEmpty();
    }

    @Test
    void whoeverLeavesDuringATurnDisturbsNoOther() {
        ListSubscriber leaver =
                new ListSubscriber("leaver") {
                    @Override
                    public void onTurn(Turn<String> turn, TurnKind kind) {
                        super.onTurn(turn, kind);
                        hub.unsubscribe("c", this);
                        hub.unsubscribe("c", a);
                    }
                };
        ListSubscriber last = new ListSubscriber("last");
        for (Subscriber<String> one : List.of(a, leaver, b, last)) {
            subscribe("c", one, LIVE);
        }
        publish("c", "m1");
        shard.runAll();
        publish("c", "m2");
        shard.runAll();
        assertThat(leaver.turns).hasSize(1);
        assertThat(a.turns).hasSize(1);
        assertThat(b.turns).hasSize(2);
        assertThat(last.turns).hasSize(2);
    }

    @Test
    void aSubscriberThatThrowsHarmsNoOtherAndHearsTheNextTurn() {
        ListSubscriber thrower =
                new ListSubscriber("thrower") {
                    @Override
                    public void onSubscribed(SubscribeOutcome outcome) {
                        throw new IllegalStateException("thrown by a test");
                    }

                    @Override
                    public void onTurn(Turn<String> turn, TurnKind kind) {
                        super.onTurn(turn, kind);
                        throw new StackOverflowError("thrown by a test");
                    }
                };
        subscribe("c", a, LIVE);
        subscribe("c", thrower, LIVE);
        subscribe("c", b, LIVE);
        publish("c", "m1");
        shard.runAll();
        publish("c", "m2");
        shard.runAll();
        assertThat(a.take()).endsWith("LIVE [m1@1]", "LIVE [m2@2]");
        assertThat(b.take()).endsWith("LIVE [m1@1]", "LIVE [m2@2]");
        assertThat(thrower.turns).hasSize(2);
        assertThat(observer.failures).isEqualTo(3);
    }

    @Test
    void anEntryThatCannotBeFramedIsLeftOutAlone() {
        ChannelHub<String> fragile =
                new ChannelHub<>(
                        backbone,
                        new FrameFactory<>() {
                            @Override
                            public String frame(Entry entry) {
                                if (entry.msgId().equals("bad")) {
                                    throw new IllegalStateException("thrown by a test");
                                }
                                return entry.msgId();
                            }

                            @Override
                            public String snapshot(Entry entry) {
                                return frame(entry);
                            }
                        },
                        List.of(shard),
                        100_000,
                        observer);
        fragile.subscribe("c", a, LIVE, 10, 1);
        shard.runAll();
        publish("c", "m1");
        publish("c", "bad");
        publish("c", "m3");
        shard.runAll();
        assertThat(a.take()).endsWith("LIVE [m1, m3]");
        fragile.subscribe("c", b, after(new Position("local", 1_000, 0, 0)), 10, 1);
        shard.runAll();
        assertThat(b.take()).containsExactly("1 failed: the channel cannot be read now");
        assertThat(observer.failures).isEqualTo(2);
    }

    /** The shard's flag would else say for ever that a thread has it. */
    @Test
    void aThreadThatCouldNotBeHadDelaysAndLosesNothing() {
        List<Error> errors = new ArrayList<>(List.of(new OutOfMemoryError("thrown by a test")));
        ManualExecutor threads = new ManualExecutor();
        ChannelHub<String> scarce =
                new ChannelHub<>(
                        backbone,
                        frames,
                        List.of(
                                task -> {
                                    if (!errors.isEmpty()) {
                                        throw errors.remove(0);
                                    }
                                    threads.execute(task);
                                }),
                        100_000,
                        observer);
        scarce.subscribe("c", a, LIVE, 10, 1);
        assertThat(observer.failures).isEqualTo(1);
        scarce.subscribe("d", b, LIVE, 10, 2);
        threads.runAll();
        scarce.publish(new Draft("c", "p", "m1", null, false, "1".getBytes(UTF_8)));
        threads.runAll();
        assertThat(a.take()).containsExactly("1 recovered [local]0", "LIVE [m1@1]");
    }

    /** Two threads in one shard would tear what is confined to it. */
    @Test
    void aTaskThatWasTakenThoughTheHandOverThrewDoesNotRunBesideAnother() {
        List<Runnable> taken = new ArrayList<>();
        ChannelHub<String> torn =
                new ChannelHub<>(
                        backbone,
                        frames,
                        List.of(
                                task -> {
                                    taken.add(task);
                                    if (taken.size() == 1) {
                                        throw new OutOfMemoryError("thrown by a test");
                                    }
                                }),
                        100_000,
                        observer);
        List<Integer> within = new ArrayList<>();
        ListSubscriber subscriber =
                new ListSubscriber("subscriber") {
                    @Override
                    public void onTurn(Turn<String> turn, TurnKind kind) {
                        super.onTurn(turn, kind);
                        if (turns.size() == 1) {
                            // The first task comes while another has the shard.
                            publish("c", "m2");
                            taken.get(0).run();
                            within.add(turns.size());
                        }
                    }
                };
        torn.subscribe("c", subscriber, LIVE, 10, 1);
        torn.subscribe("d", a, LIVE, 10, 2);
        assertThat(taken).hasSize(2);
        taken.get(1).run();
        publish("c", "m1");
        taken.get(2).run();
        assertThat(within).as("turns within the first").containsExactly(1);
        assertThat(subscriber.turns).hasSize(2);
    }

    @Test
    void aPassThatFailsIsNotTheLast() {
        subscribe("c", a, LIVE);
        a.take();
        observer.failing = true;
        publish("c", "m1");
        shard.runAll();
        assertThat(observer.failures).isPositive();
        publish("c", "m2");
        shard.runAll();
        assertThat(a.take()).last().asString().contains("m2@2");
    }

    @Test
    void aPublishIsRefusedWhileTheFanOutIsTooFarBehind() throws Exception {
        subscribe("c", a, LIVE);
        int taken = 0;
        while (taken < 10_000 && !isRefused(publish("c", "m" + taken, null))) {
            taken++;
        }
        // 216 bytes each, and one more than fits into a shard's four fifths.
        assertThat(taken).isEqualTo(80_000 / 216 + 1);
        assertThat(observer.refused).isEqualTo(1);
        shard.runAll();
        assertThat(isRefused(publish("c", "again", null))).isFalse();
    }

    @Test
    void whatWaitsForTheFanOutIsCountedWithItsNames() throws Exception {
        subscribe("c", a, LIVE);
        int taken = 0;
        String key = "\u4e2d".repeat(200);
        while (taken < 10_000 && !isRefused(publish("c", "m" + taken, key))) {
            taken++;
        }
        assertThat(taken).isEqualTo(80_000 / (216 + 440) + 1);
    }

    private static boolean isRefused(CompletionStage<Appended> stage) throws Exception {
        try {
            stage.toCompletableFuture().get(1, TimeUnit.SECONDS);
            return false;
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(UnavailableException.class);
            assertThat(((UnavailableException) e.getCause()).retryAfter()).isPositive();
            return true;
        }
    }

    @Test
    void presenceTellsWhoIsSubscribed() {
        subscribe("c", b, LIVE);
        subscribe("c", a, LIVE);
        subscribe("c", new ListSubscriber("a"), LIVE);
        CompletionStage<Occupancy> all = hub.occupancy("c", 100, null);
        CompletionStage<Occupancy> one = hub.occupancy("c", 1, null);
        CompletionStage<Occupancy> none = hub.occupancy("d", 100, null);
        shard.runAll();
        assertThat(all).isCompletedWithValue(new Occupancy(3, List.of("a", "b")));
        assertThat(one).isCompletedWithValue(new Occupancy(3, List.of("b")));
        assertThat(none).isCompletedWithValue(new Occupancy(0, List.of()));
    }

    @Test
    void presenceLooksAtNoMoreThanItMayTell() {
        subscribe("c", b, LIVE);
        subscribe("c", new ListSubscriber("b"), LIVE);
        subscribe("c", a, LIVE);
        CompletionStage<Occupancy> two = hub.occupancy("c", 2, null);
        shard.runAll();
        assertThat(two).isCompletedWithValue(new Occupancy(3, List.of("b")));
    }

    @Test
    void historyPages() {
        Position first = publish("c", "m1");
        publish("c", "m2");
        Position third = publish("c", "m3");
        assertThat(history(first, 1)).isEqualTo("[m2]...");
        assertThat(history(first, 2)).isEqualTo("[m2, m3]");
        assertThat(history(null, 10)).isEqualTo("[m1, m2, m3]");
        assertThat(history(third, 10)).isEqualTo("[]");
    }

    @Test
    void historyOfWhatIsGoneBeginsWithTheOldestKept() {
        Position first = publish("c", "m0");
        IntStream.rangeClosed(1, 102).forEach(i -> publish("c", "m" + i));
        assertThat(history(first, 2)).isEqualTo("[m3, m4]...");
        assertThat(history(new Position("local", 999, 7, 7), 2)).isEqualTo("[m3, m4]...");
        assertThat(history(new Position("local", 1_001, 7, 7), 2)).isEqualTo("[]");
        assertThat(history(new Position("local", 1_000, 7, 700), 2)).isEqualTo("[]");
        assertThat(history(new Position("eu", 1_000, 7, 7), 2)).isEqualTo("[]");
    }

    private String history(@Nullable Position after, int limit) {
        HistoryPage page = hub.history("c", after, limit, null).toCompletableFuture().join();
        return page.entries().stream().map(Entry::msgId).toList() + (page.complete() ? "" : "...");
    }

    @Test
    void aChannelIsFollowedOnlyWhileItHasSubscribers() {
        subscribe("c", a, LIVE);
        subscribe("c", b, LIVE);
        assertThat(backbone.activeChannels()).isEqualTo(1);
        hub.unsubscribe("c", a);
        hub.unsubscribe("c", b);
        shard.runAll();
        assertThat(backbone.activeChannels()).isZero();
    }

    @Test
    void closeEndsAllAndLetsNobodyIn() {
        subscribe("c", a, LIVE);
        hub.close();
        publish("c", "m1");
        hub.subscribe("c", b, LIVE, 10, 1);
        CompletionStage<Boolean> left = hub.unsubscribe("c", a);
        shard.runAll();
        assertThat(a.turns).isEmpty();
        assertThat(b.take()).containsExactly("1 failed: the node is stopping");
        assertThat(left).isCompletedWithValue(false);
        hub.unsubscribe("c", b);
        shard.runAll();
    }

    @Test
    void fiveThousandSubscriptionsHearEachWhatIsTheirs() {
        List<ListSubscriber> sessions = new ArrayList<>();
        for (int s = 0; s < 200; s++) {
            sessions.add(new ListSubscriber("s" + s));
            for (int c = 0; c < 25; c++) {
                hub.subscribe("c" + (s + c * 8) % 200, sessions.get(s), LIVE, 0, c + 1);
            }
        }
        shard.runAll();
        IntStream.range(0, 200).forEach(c -> publish("c" + c, "m" + c));
        shard.runAll();
        for (int s = 0; s < 200; s++) {
            List<String> expected = new ArrayList<>();
            for (int c = 0; c < 25; c++) {
                expected.add("c" + (s + c * 8) % 200);
            }
            assertThat(sessions.get(s).turns)
                    .extracting(Turn::channel)
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
        for (ListSubscriber session : sessions) {
            IntStream.range(0, 200).forEach(c -> hub.unsubscribe("c" + c, session));
        }
        shard.runAll();
        ticker.advance(Duration.ofMinutes(3));
        IntStream.range(0, 200).forEach(c -> history(c));
        assertThat(backbone.activeChannels()).isZero();
    }

    private void history(int channel) {
        assertThat(hub.history("c" + channel, null, 10, null)).isCompleted();
    }

    /** Confined to its test. */
    private static final class CountingObserver implements ChannelObserver {
        private final List<String> turns = new ArrayList<>();
        private int failures;
        private int refused;
        private int channels;
        private int subscriptions;
        private int published;

        private String counts() {
            return channels
                    + " channels, "
                    + subscriptions
                    + " subscriptions, "
                    + published
                    + " publications";
        }

        @Override
        public void onChannels(int change) {
            channels += change;
        }

        @Override
        public void onSubscriptions(int change) {
            subscriptions += change;
        }

        @Override
        public void onPublished() {
            published++;
        }

        /** The next turn, once. */
        private boolean failing;

        @Override
        public void onTurn(int publications, int subscribers) {
            if (failing) {
                failing = false;
                throw new IllegalStateException("thrown by a test");
            }
            turns.add(publications + " to " + subscribers);
        }

        @Override
        public void onFailure() {
            failures++;
        }

        @Override
        public void onRefused() {
            refused++;
        }
    }
}
