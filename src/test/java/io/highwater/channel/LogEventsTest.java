package io.highwater.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.UnavailableException;
import io.highwater.protocol.Position;
import io.highwater.protocol.Since;
import io.highwater.testing.ManualExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a log far away can do: answer late, fail, lose entries, begin a new generation. */
final class LogEventsTest {
    private static final Since LIVE = new Since.Live();

    private final ScriptedBackbone backbone = new ScriptedBackbone();
    private final ManualExecutor shard = new ManualExecutor();
    private final AtomicInteger gaps = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final ChannelHub<String> hub =
            new ChannelHub<>(
                    backbone,
                    new CheckedSubscriber.Frames(),
                    List.of(shard),
                    1 << 20,
                    new ChannelObserver() {
                        @Override
                        public void onGap() {
                            gaps.incrementAndGet();
                        }

                        @Override
                        public void onLost() {
                            lost.incrementAndGet();
                        }
                    });
    private final ListSubscriber a = new ListSubscriber("a");
    private final ListSubscriber b = new ListSubscriber("b");

    private static Position at(long generation, long sequence) {
        return new Position("eu", generation, sequence * 10, sequence);
    }

    private static Entry entry(Position position, @Nullable Position previous) {
        return new Entry("c", position, previous, "m", null, false, "1".getBytes(UTF_8), 0);
    }

    private void subscribe(Subscriber<String> subscriber, Since since, int requestId) {
        hub.subscribe("c", subscriber, since, 10, requestId);
        shard.runAll();
    }

    private void hear(long generation, long sequence) {
        hear(entry(at(generation, sequence), null));
    }

    private void hear(Entry entry) {
        Objects.requireNonNull(backbone.followers.get("c")).onEntry(entry);
        shard.runAll();
    }

    private static Entry late(Position position) {
        byte[] data = "1".getBytes(UTF_8);
        return new Entry("c", position, null, "m", null, false, data, 0, true);
    }

    private void gap(Position from, Position to) {
        Objects.requireNonNull(backbone.followers.get("c")).onGap("c", from, to);
        shard.runAll();
    }

    private void answer(int read, long generation, long top, Entry... entries) {
        backbone.reads.get(read).complete(new Slice(List.of(entries), 0, at(generation, top)));
        shard.runAll();
    }

    @Test
    void liveTurnsWaitForTheReadAndAreCutAtItsTop() {
        subscribe(a, new Since.After(at(1, 3)), 1);
        hear(1, 4);
        hear(1, 5);
        assertThat(a.take()).isEmpty();
        answer(0, 1, 4, entry(at(1, 4), null));
        assertThat(a.take()).containsExactly("1 recovered [eu]4", "RECOVERED [m@4]", "LIVE [m@5]");
    }

    @Test
    void severalResumptionsOfAChannelAtOnceAreIndependent() {
        subscribe(a, new Since.After(at(1, 3)), 1);
        hear(1, 4);
        subscribe(b, new Since.After(at(1, 3)), 2);
        hear(1, 5);
        answer(1, 1, 5, entry(at(1, 4), null), entry(at(1, 5), null));
        assertThat(b.take()).containsExactly("2 recovered [eu]5", "RECOVERED [m@4, m@5]");
        hear(1, 6);
        answer(0, 1, 3);
        assertThat(a.take())
                .containsExactly("1 recovered [eu]3", "LIVE [m@4]", "LIVE [m@5]", "LIVE [m@6]");
        assertThat(b.take()).containsExactly("LIVE [m@6]");
    }

    @Test
    void aReadThatWasAnsweredServesTheLiveSubscribersAfterIt() {
        subscribe(a, LIVE, 1);
        answer(0, 1, 8);
        subscribe(b, LIVE, 2);
        hear(1, 8);
        hear(1, 9);
        assertThat(backbone.reads).hasSize(1);
        assertThat(b.take()).containsExactly("2 recovered [eu]8", "LIVE [m@9]");
        assertThat(a.take()).containsExactly("1 recovered [eu]8", "LIVE [m@9]");
    }

    @Test
    void aNewGenerationFollowsTheOldAndSaysWhatWasLast() {
        subscribe(a, LIVE, 1);
        answer(0, 5, 40);
        hear(5, 41);
        hear(entry(at(6, 1), at(5, 41)));
        hear(6, 2);
        assertThat(a.take())
                .containsExactly("1 recovered [eu]40", "LIVE [m@41]", "LIVE [m@1]", "LIVE [m@2]");
        Entry first = a.turns.get(1).publications().get(0).entry();
        assertThat(first.previous()).isEqualTo(at(5, 41));
        subscribe(b, LIVE, 2);
        assertThat(b.take()).containsExactly("2 recovered [eu]2");
    }

    @Test
    void aGenerationThatBeginsWhileAReadIsOutIsNotCutAtTheOldTop() {
        subscribe(a, new Since.After(at(5, 40)), 1);
        hear(5, 41);
        hear(entry(at(6, 1), at(5, 41)));
        answer(0, 5, 41, entry(at(5, 41), null));
        hear(6, 2);
        assertThat(a.take())
                .containsExactly(
                        "1 recovered [eu]41", "RECOVERED [m@41]", "LIVE [m@1]", "LIVE [m@2]");
    }

    @Test
    void aReadOfTheNewGenerationCutsWhatWasHeardOfTheOld() {
        subscribe(a, LIVE, 1);
        hear(5, 41);
        answer(0, 6, 1);
        hear(6, 1);
        hear(6, 2);
        assertThat(a.take()).containsExactly("1 recovered [eu]1", "LIVE [m@2]");
    }

    @Test
    void aGapIsFilledFromTheHistoryBeforeWhatFollows() {
        subscribe(a, LIVE, 1);
        answer(0, 1, 3);
        hear(1, 4);
        gap(at(1, 4), at(1, 6));
        hear(1, 7);
        subscribe(b, LIVE, 2);
        assertThat(a.take()).containsExactly("1 recovered [eu]3", "LIVE [m@4]");
        answer(1, 1, 7, entry(at(1, 5), null), entry(at(1, 6), null), entry(at(1, 7), null));
        assertThat(a.take()).containsExactly("LIVE [m@5, m@6, m@7]");
        hear(1, 8);
        assertThat(a.take()).containsExactly("LIVE [m@8]");
        assertThat(b.take())
                .containsExactly("2 recovered [eu]4", "LIVE [m@5, m@6, m@7]", "LIVE [m@8]");
        assertThat(gaps).hasValue(1);
        assertThat(lost).hasValue(0);
    }

    @Test
    void aGapBehindAGapWaitsForItsTurn() {
        subscribe(a, LIVE, 1);
        answer(0, 1, 3);
        gap(at(1, 3), at(1, 4));
        hear(1, 5);
        gap(at(1, 5), at(1, 6));
        hear(1, 7);
        answer(1, 1, 7, entry(at(1, 4), null));
        assertThat(a.take()).containsExactly("1 recovered [eu]3", "LIVE [m@4, m@5]");
        answer(2, 1, 7, entry(at(1, 6), null));
        assertThat(a.take()).containsExactly("LIVE [m@6, m@7]");
    }

    @Test
    void whatTheHistoryDoesNotHaveEitherIsPassedAndCounted() {
        subscribe(a, LIVE, 1);
        answer(0, 1, 3);
        gap(at(1, 3), at(1, 7));
        backbone.reads.get(1).complete(new Unreadable(Reason.TRIMMED, at(1, 7)));
        shard.runAll();
        subscribe(b, LIVE, 2);
        hear(1, 8);
        assertThat(gaps).hasValue(1);
        assertThat(lost).hasValue(1);
        assertThat(a.take()).containsExactly("1 recovered [eu]3", "LIVE [m@8]");
        assertThat(b.take()).containsExactly("2 recovered [eu]7", "LIVE [m@8]");
    }

    @Test
    void aHistoryThatCannotBeReadIsNoReasonToWait() {
        subscribe(a, LIVE, 1);
        answer(0, 1, 3);
        gap(at(1, 3), at(1, 4));
        hear(1, 5);
        backbone.reads.get(1).completeExceptionally(new IllegalStateException("by a test"));
        shard.runAll();
        assertThat(a.take()).containsExactly("1 recovered [eu]3", "LIVE [m@5]");
        assertThat(lost).hasValue(1);
    }

    @Test
    void aGapOfAChannelThatNobodyHasAnyMoreIsForgotten() {
        subscribe(a, LIVE, 1);
        answer(0, 1, 3);
        gap(at(1, 3), at(1, 4));
        hear(1, 5);
        hub.unsubscribe("c", a);
        shard.runAll();
        answer(1, 1, 5, entry(at(1, 4), null));
        assertThat(a.take()).containsExactly("1 recovered [eu]3");
        assertThat(backbone.followers).isEmpty();
    }

    @Test
    void whatIsLateIsHeardByAllAndMovesNothing() {
        subscribe(a, LIVE, 1);
        answer(0, 1, 8);
        hear(late(at(1, 6)));
        subscribe(b, LIVE, 2);
        hear(1, 9);
        assertThat(a.take()).containsExactly("1 recovered [eu]8", "LIVE [m@6]", "LIVE [m@9]");
        assertThat(b.take()).containsExactly("2 recovered [eu]8", "LIVE [m@9]");
    }

    @Test
    void whoComesAfterALogWasBegunAnewHasAPlaceInTheNewOne() {
        subscribe(a, LIVE, 1);
        answer(0, 5, 40);
        Objects.requireNonNull(backbone.followers.get("c")).onGeneration("c", at(6, 0));
        shard.runAll();
        subscribe(b, LIVE, 2);
        hear(late(at(5, 39)));
        hear(6, 1);
        assertThat(b.take()).containsExactly("2 recovered [eu]0", "LIVE [m@39]", "LIVE [m@1]");
        assertThat(a.take()).containsExactly("1 recovered [eu]40", "LIVE [m@39]", "LIVE [m@1]");
    }

    @Test
    void originsArePassedEachByItsOwn() {
        Position us = new Position("us", 2, 90, 9);
        subscribe(a, new Since.After(at(1, 3).with(us)), 1);
        Entry usTen = entry(new Position("us", 2, 100, 10), null);
        hear(1, 4);
        hear(usTen);
        backbone.reads
                .get(0)
                .complete(new Slice(List.of(entry(at(1, 4), null)), 0, at(1, 4).with(us)));
        shard.runAll();
        assertThat(a.take())
                .containsExactly("1 recovered [eu, us]4+9", "RECOVERED [m@4]", "LIVE [m@10]");
        subscribe(b, LIVE, 2);
        hear(1, 5);
        assertThat(b.take()).containsExactly("2 recovered [eu, us]4+10", "LIVE [m@5]");
    }

    @Test
    void aReadThatFailsIsSaidAndLeavesNoSubscription() {
        subscribe(a, LIVE, 1);
        backbone.reads
                .get(0)
                .completeExceptionally(new UnavailableException("no log", Duration.ZERO));
        shard.runAll();
        assertThat(a.take()).containsExactly("1 failed: no log");
        assertThat(backbone.followers).isEmpty();
        subscribe(b, LIVE, 2);
        backbone.reads.get(1).completeExceptionally(new IllegalStateException("thrown by a test"));
        shard.runAll();
        assertThat(b.take()).containsExactly("2 failed: the channel cannot be read now");
    }

    @Test
    void whoAsksAgainOrLeavesBeforeTheAnswerIsToldSo() {
        subscribe(a, LIVE, 1);
        subscribe(a, LIVE, 2);
        assertThat(a.take()).containsExactly("1 failed: replaced by a later subscribe");
        CompletionStage<Boolean> left = hub.unsubscribe("c", a);
        shard.runAll();
        assertThat(left).isCompletedWithValue(true);
        assertThat(a.take()).containsExactly("2 failed: unsubscribed before it was answered");
        assertThat(backbone.followers).isEmpty();
        answer(0, 1, 3);
        assertThat(a.take()).isEmpty();
    }

    @Test
    void anEntryUnderWayToSomeoneWhoLeftIsNotHeard() {
        subscribe(a, LIVE, 1);
        answer(0, 1, 3);
        var follower = Objects.requireNonNull(backbone.followers.get("c"));
        hub.unsubscribe("c", a);
        shard.runAll();
        follower.onEntry(entry(at(1, 4), null));
        shard.runAll();
        assertThat(a.turns).isEmpty();
        subscribe(a, LIVE, 2);
        follower.onEntry(entry(at(1, 5), null));
        answer(1, 1, 7);
        hear(1, 8);
        assertThat(a.take())
                .containsExactly("1 recovered [eu]3", "2 recovered [eu]7", "LIVE [m@8]");
    }
}
