package io.highwater.backbone.archived;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Appended;
import io.highwater.backbone.BackboneHealth;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.memory.ChannelShards;
import io.highwater.limits.Account;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import io.highwater.testing.Ledgers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What becomes of publications while the archive cannot be written, or does not answer. */
final class ArchivedOutageTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ArchivedFixture log = new ArchivedFixture();

    @Test
    void aShortOutageIsNotNoticed() {
        ArchivedFixture.Recorder recorder = log.follow("c");
        log.archive.setFull(true);
        List<CompletableFuture<Appended>> appends = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            appends.add(log.append("c", "m" + i));
        }
        log.advance(SECOND);
        assertThat(appends).noneMatch(CompletableFuture::isDone);
        assertThat(log.backbone.health().state()).isEqualTo(BackboneHealth.State.UNAVAILABLE);
        log.archive.setFull(false);
        log.advance(SECOND);
        for (int i = 0; i < 5; i++) {
            assertThat(appends.get(i).join().position().channelSequence()).isEqualTo(i + 1);
        }
        assertThat(recorder.msgIds()).containsExactly("m1", "m2", "m3", "m4", "m5");
        assertThat(log.backbone.health().state()).isEqualTo(BackboneHealth.State.AVAILABLE);
    }

    @Test
    void afterTwoSecondsAppendsFailUntilTheArchiveIsBack() {
        ArchivedFixture.Recorder recorder = log.follow("c");
        log.archive.setFull(true);
        CompletableFuture<Appended> inDoubt = log.append("c", "m1");
        CompletableFuture<Appended> behind = log.append("c", "m2");
        log.advance(Duration.ofMillis(1_900));
        assertThat(inDoubt).isNotDone();
        log.advance(Duration.ofMillis(200));
        assertUnavailable(inDoubt);
        assertUnavailable(behind);
        assertUnavailable(log.append("c", "m3"));
        log.archive.setFull(false);
        log.advance(Duration.ofSeconds(2));
        // It was with the archive when its publisher was told that it failed.
        assertThat(recorder.msgIds()).containsExactly("m1");
        Appended again = log.append("c", "m1").join();
        assertThat(again.duplicate()).isTrue();
        assertThat(again.position().channelSequence()).isEqualTo(1);
        assertThat(log.append("c", "m2").join().duplicate()).isFalse();
        assertThat(log.append("c", "m3").join().duplicate()).isFalse();
        assertThat(recorder.msgIds()).containsExactly("m1", "m2", "m3");
        assertThat(log.after("c", null)).containsExactly("m1", "m2", "m3");
    }

    @Test
    void howeverLongAnOutageTakesWhatIsSentAgainAfterItIsARepeat() {
        ArchivedFixture.Recorder recorder = log.follow("c");
        log.position("c", "m0");
        log.archive.setFull(true);
        CompletableFuture<Appended> inDoubt = log.append("c", "m1");
        log.advance(Duration.ofMinutes(6));
        assertUnavailable(inDoubt);
        log.archive.setFull(false);
        log.advance(SECOND);
        assertThat(recorder.msgIds()).containsExactly("m0", "m1");
        assertThat(log.append("c", "m1").join().duplicate()).isTrue();
        // Its acknowledgement may have been lost on its way.
        assertThat(log.append("c", "m0").join().duplicate()).isTrue();
        assertThat(recorder.msgIds()).containsExactly("m0", "m1");
    }

    @Test
    void anArchiveThatHangsForLongBringsNoMessageTwice() {
        ArchivedFixture.Recorder recorder = log.follow("c");
        log.position("c", "m0");
        log.archive.holdWrites();
        assertThat(log.append("c", "m1")).isNotDone();
        log.advance(Duration.ofMinutes(6));
        log.archive.releaseWrites();
        // Five minutes count from here, and end.
        log.advance(Duration.ofMinutes(4));
        assertThat(log.append("c", "m1").join().duplicate()).isTrue();
        log.advance(Duration.ofMinutes(2));
        assertThat(log.append("c", "m1").join().duplicate()).isFalse();
        assertThat(recorder.msgIds()).containsExactly("m0", "m1", "m1");
    }

    @Test
    void aRepeatFromBeforeTheStartIsOneAfterALongOutageToo() {
        log.archive.holdWrites();
        assertThat(log.append("c", "m1")).isNotDone();
        log.archive.failWrites();
        log.restart();
        log.archive.setFull(true);
        CompletableFuture<Appended> other = log.append(sameShard("c"), "m1");
        log.advance(Duration.ofMinutes(7));
        assertUnavailable(other);
        log.archive.setFull(false);
        log.advance(SECOND);
        assertThat(log.append("c", "m1").join().duplicate()).isTrue();
        assertThat(log.after("c", null)).containsExactly("m1");
    }

    @Test
    void anArchiveThatDoesNotAnswerIsAskedAgainWhetherItIsARepeat() {
        log.position("c", "m1");
        log.restart();
        log.archive.holdAnswers();
        for (int minute = 0; minute < 8; minute++) {
            CompletableFuture<Appended> asked = log.append("c", "m1");
            log.advance(Duration.ofMinutes(1));
            assertUnavailable(asked);
        }
        log.archive.releaseAnswers();
        assertThat(log.append("c", "m1").join().duplicate()).isTrue();
    }

    private static void assertUnavailable(CompletableFuture<Appended> append) {
        assertThat(append)
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(UnavailableException.class);
    }

    @Test
    void noMoreThanAThousandMessagesOfAShardWait() {
        log.archive.setFull(true);
        List<CompletableFuture<Appended>> appends = new ArrayList<>();
        for (int i = 0; i < ArchivedShard.MOST_PENDING; i++) {
            appends.add(log.append("c", "m" + i));
        }
        assertUnavailable(log.append("c", "one too many"));
        assertThat(appends).noneMatch(CompletableFuture::isDone);
        log.archive.setFull(false);
        log.advance(SECOND);
        assertThat(appends).allMatch(append -> append.isDone());
        assertThat(log.append("c", "one too many")).isCompleted();
        assertThat(log.top("c").channelSequence()).isEqualTo(ArchivedShard.MOST_PENDING + 1);
    }

    @Test
    void whatHasGatheredIsWrittenBitByBit() {
        ArchivedFixture.Recorder recorder = log.follow("c");
        String large = "m".repeat(40_000);
        log.archive.setFull(true);
        List<CompletableFuture<Appended>> appends = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            appends.add(log.append("c", i + large));
        }
        // One that is larger than a write may be, among others.
        appends.add(log.append("c", large.repeat(20)));
        appends.add(log.append("c", "last"));
        log.archive.setFull(false);
        log.advance(SECOND);
        assertThat(appends).allMatch(append -> append.isDone());
        assertThat(recorder.entries).hasSize(102);
        assertThat(log.archive.largestWrite()).isEqualTo(2 * 20 * 40_000 + 2);
    }

    @Test
    void theArchiveHasNoMoreThanAMebibyteOfAShardAtOnce() {
        String large = "m".repeat(40_000);
        log.archive.holdWrites();
        List<CompletableFuture<Appended>> appends = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            appends.add(log.append("c", i + large));
        }
        // Each has its msgId twice, as its data too, in strings of a byte for each character.
        int most = (int) (ArchiveFeed.MOST_BYTES_UNDER_WAY / (2 * 40_000));
        assertThat(log.archive.heldWrites()).isEqualTo(most);
        log.archive.releaseWrites();
        assertThat(appends).allMatch(append -> append.isDone());
        assertThat(log.archive.largestWrite()).isLessThan(ArchiveFeed.MOST_BYTES_UNDER_WAY);
    }

    @Test
    void whatWaitsTakesNoMoreThanAnEighthOfTheRings() {
        ArchivedFixture small =
                new ArchivedFixture(
                        Map.of(Account.RINGS, 80_000L),
                        new RingBounds(1_000, Duration.ofMinutes(2)));
        Payer payer = Ledgers.payer(small.ledger, "10.0.0.1");
        small.archive.holdWrites();
        int accepted = 0;
        while (!small.append("c", "p", "m" + accepted, payer).isDone()) {
            accepted++;
        }
        assertThat(accepted).isBetween(15, 25);
        assertThat(payer.bytes(Account.RINGS)).isBetween(8_000L, 10_000L);
        small.archive.releaseWrites();
        assertThat(small.append("c", "p", "last", payer)).isCompleted();
        small.backbone.close();
        for (Account account : List.of(Account.RINGS, Account.NAMES, Account.IDEMPOTENCY)) {
            assertThat(small.ledger.book(account).bytes()).as(account.label()).isZero();
            assertThat(payer.bytes(account)).as(account.label()).isZero();
        }
    }

    @Test
    void anArchiveThatHangsIsAnOutageUntilItGoesOn() {
        ArchivedFixture.Recorder recorder = log.follow("c");
        log.archive.holdWrites();
        CompletableFuture<Appended> hangs = log.append("c", "m1");
        log.advance(Duration.ofMillis(2_100));
        assertUnavailable(hangs);
        assertUnavailable(log.append("c", "m2"));
        assertThat(log.backbone.health())
                .isEqualTo(
                        new BackboneHealth(
                                BackboneHealth.State.UNAVAILABLE,
                                "1 of 2 shards wait for writes in a test's memory"));
        log.archive.releaseWrites();
        assertThat(log.backbone.health().state()).isEqualTo(BackboneHealth.State.AVAILABLE);
        assertThat(recorder.msgIds()).containsExactly("m1");
        assertThat(log.append("c", "m1").join().duplicate()).isTrue();
        assertThat(log.append("c", "m2").join().duplicate()).isFalse();
    }

    @Test
    void writesThatWereUnderWayWhenOneFailedAreMadeAgainInTheirOrder() {
        ArchivedFixture.Recorder recorder = log.follow("c");
        log.archive.holdWrites();
        List<CompletableFuture<Appended>> appends = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            appends.add(log.append("c", "m" + i));
        }
        assertThat(log.archive.heldWrites()).isGreaterThan(1);
        log.archive.failWrites();
        assertThat(appends).noneMatch(CompletableFuture::isDone);
        log.advance(SECOND);
        assertThat(appends).allMatch(append -> append.isDone());
        assertThat(recorder.msgIds()).containsExactly("m1", "m2", "m3", "m4", "m5", "m6");
        assertThat(log.after("c", null)).hasSize(6);
    }

    @Test
    void whoAsksAChannelThatTheArchiveDoesNotAnswerForFailsAfterTwoSeconds() {
        log.position("c", "m0");
        log.restart();
        log.archive.holdAnswers();
        CompletableFuture<Appended> asked = log.append("c", "m1");
        log.advance(SECOND);
        CompletableFuture<Appended> behind = log.append("c", "m2");
        log.advance(Duration.ofMillis(1_100));
        assertUnavailable(asked);
        assertUnavailable(behind);
        log.archive.releaseAnswers();
        assertThat(log.backbone.activeChannels()).isZero();
        assertThat(log.append("c", "m1").join().duplicate()).isFalse();
        assertThat(log.append("c", "m2").join().position().channelSequence()).isEqualTo(2);
    }

    /** Somebody else is told first, and in that moment the publisher goes on. */
    @Test
    void noneOvertakesOneThatFailedBeforeItsPublisherIsTold() {
        log.position("c", "m0");
        log.restart();
        log.archive.holdAnswers();
        List<CompletableFuture<Appended>> next = new ArrayList<>();
        CompletableFuture<Appended> others = log.append("c", "q", "m1", null);
        CompletableFuture<Appended> first = log.append("c", "p", "m1", null);
        CompletableFuture<?> told =
                others.whenComplete(
                        (appended, failure) -> {
                            log.archive.releaseAnswers();
                            next.add(log.append("c", "p", "m2", null));
                            next.add(log.append("c", "q", "m2", null));
                        });
        log.advance(Duration.ofMillis(2_100));
        assertUnavailable(first);
        assertThat(told).isCompletedExceptionally();
        assertUnavailable(next.get(0));
        // This one knew.
        assertThat(next.get(1)).isCompleted();
        assertThat(log.append("c", "p", "m2", null)).isCompleted();
    }

    @Test
    void noneOvertakesOneThatFailedWhileTheArchiveComesBack() {
        log.archive.setFull(true);
        List<CompletableFuture<Appended>> next = new ArrayList<>();
        CompletableFuture<Appended> others = log.append("c", "q", "m1", null);
        CompletableFuture<Appended> first = log.append("c", "p", "m1", null);
        CompletableFuture<?> told =
                others.whenComplete(
                        (appended, failure) -> {
                            log.archive.setFull(false);
                            log.advance(SECOND);
                            next.add(log.append("c", "p", "m2", null));
                        });
        log.advance(Duration.ofMillis(2_100));
        assertUnavailable(first);
        assertThat(told).isCompletedExceptionally();
        assertUnavailable(next.get(0));
        assertThat(log.append("c", "p", "m1", null)).isCompleted();
        assertThat(log.append("c", "p", "m2", null)).isCompleted();
        assertThat(log.after("c", null)).containsExactly("m1", "m1", "m2");
    }

    @Test
    void aReadOfAnArchiveThatDoesNotAnswerFailsInTime() {
        log.position("c", "m1");
        log.restart();
        log.archive.holdAnswers();
        CompletableFuture<ReadResult> read =
                log.backbone.readAfter("c", null, 10).toCompletableFuture();
        assertThat(read).isNotDone();
        log.advance(Duration.ofSeconds(11));
        assertThat(read)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(UnavailableException.class);
    }

    @Test
    void whoResendsAtOnceWhenToldIsNotHeldUp() {
        log.archive.holdWrites();
        List<CompletableFuture<Appended>> again = new ArrayList<>();
        CompletableFuture<Appended> first = log.append("c", "m1");
        CompletableFuture<?> told =
                first.whenComplete(
                        (appended, failure) -> {
                            log.archive.releaseWrites();
                            again.add(log.append("c", "m1"));
                        });
        log.advance(Duration.ofMillis(2_100));
        assertThat(told).isCompletedExceptionally();
        assertThat(again.get(0).join().duplicate()).isTrue();
    }

    @Test
    void anArchiveThatHasLostWhatItAcknowledgedIsWrittenBehindTheGap() {
        log.position("c", "m1");
        Position lost = log.position("c", "m2");
        log.archive.failOver();
        CompletableFuture<Appended> next = log.append("c", "m3");
        log.advance(SECOND);
        assertThat(next).isCompleted();
        assertThat(next.join().position().shardSequence()).isEqualTo(3);
        assertThat(log.observer.lost).hasValue(1);
        // Those who were told of m2 go on behind it; the archive has nothing to put in its place.
        assertThat(log.after("c", lost)).containsExactly("m3");
        assertThat(log.append("c", "m2").join().duplicate()).isTrue();
        log.restart();
        assertThat(log.after("c", lost)).containsExactly("m3");
        assertThat(log.observer.lost).hasValue(1);
    }

    /** The archive does not know of the lost one, and memory does not either. */
    @Test
    void noPositionIsUsedAgainAfterALoss() {
        log.position("c", "m1");
        Position lost = log.position("c", "m2");
        log.archive.failOver();
        log.advance(Duration.ofMinutes(6));
        assertThat(log.backbone.activeChannels()).isZero();
        String other = sameShard("c");
        assertThat(log.append(other, "m1")).isCompleted();
        assertThat(log.observer.lost).hasValue(1);
        Position next = log.append("c", "m3").join().position();
        assertThat(next.generation()).isGreaterThan(lost.generation());
        assertThat(log.append(other, "m2").join().position().generation())
                .isEqualTo(next.generation());
    }

    @Test
    void oneShardsTroubleIsItsOwn() {
        log.archive.holdWrites();
        CompletableFuture<Appended> hangs = log.append("c", "m1");
        log.advance(Duration.ofMillis(2_100));
        assertUnavailable(hangs);
        String other = otherShard("c");
        assertThat(log.append(other, "m1")).isNotDone();
        log.archive.releaseWrites();
        assertThat(log.append(other, "m2").join().position().channelSequence()).isEqualTo(2);
    }

    @Test
    void whatIsPlacedWhileWritesFailComesBehindThem() {
        String other = sameShard("c");
        log.position("c", "m0");
        log.restart();
        log.position(other, "m0");
        log.advance(Duration.ofMinutes(7));
        log.archive.holdAnswers();
        CompletableFuture<Appended> asked = log.append("c", "m1");
        log.archive.holdWrites();
        CompletableFuture<Appended> first = log.append(other, "m1");
        CompletableFuture<Appended> second = log.append(other, "m2");
        assertThat(log.archive.heldWrites()).isEqualTo(2);
        log.archive.failWrite();
        log.archive.releaseAnswers();
        log.archive.failWrite();
        log.archive.releaseWrites();
        log.advance(SECOND);
        assertThat(first.join().position().shardSequence()).isEqualTo(2);
        assertThat(second.join().position().shardSequence()).isEqualTo(3);
        assertThat(asked.join().position().shardSequence()).isEqualTo(4);
    }

    private static String sameShard(String channel) {
        String name = channel + "x";
        while (shard(name) != shard(channel)) {
            name += "x";
        }
        return name;
    }

    private static String otherShard(String channel) {
        String name = channel;
        while (shard(name) == shard(channel)) {
            name += "x";
        }
        return name;
    }

    private static int shard(String name) {
        return ChannelShards.shardOf(name, 2);
    }

    @Test
    void whatNobodyWaitsForAnyMoreIsStillArchivedBeforeWhatFollows() {
        log.archive.setFull(true);
        assertThat(log.append("c", "m1")).isNotDone();
        log.advance(Duration.ofSeconds(5));
        log.archive.setFull(false);
        log.advance(SECOND);
        Position next = log.append("c", "m2").join().position();
        assertThat(next.channelSequence()).isEqualTo(2);
        log.restart();
        assertThat(log.after("c", null)).containsExactly("m1", "m2");
    }

    @Test
    void closeFailsWhatWaits() {
        log.archive.setFull(true);
        CompletableFuture<Appended> waits = log.append("c", "m1");
        CompletableFuture<Appended> delayed = log.append("c", "m2");
        log.backbone.close();
        assertUnavailable(waits);
        assertUnavailable(delayed);
        assertThat(log.ledger.book(Account.RINGS).bytes()).isPositive();
    }
}
