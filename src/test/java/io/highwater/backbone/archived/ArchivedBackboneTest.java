package io.highwater.backbone.archived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.ArchiveWriter;
import io.highwater.backbone.Appended;
import io.highwater.backbone.BackboneHealth;
import io.highwater.backbone.BackboneStartException;
import io.highwater.backbone.Entry;
import io.highwater.backbone.Level;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.testing.Disk;
import io.highwater.testing.MemoryArchive;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What a log with an archive keeps over the death of its node, and what it tells before. */
final class ArchivedBackboneTest {
    private final ArchivedFixture log = new ArchivedFixture();

    @Test
    void nobodyHearsOfAnEntryBeforeItIsArchived() {
        ArchivedFixture.Recorder recorder = log.follow("c");
        Position before = log.top("c");
        log.archive.holdWrites();
        CompletableFuture<Appended> appended = log.append("c", "m1");
        assertThat(appended).isNotDone();
        assertThat(recorder.entries).isEmpty();
        assertThat(log.after("c", before)).isEmpty();
        log.archive.releaseWrites();
        assertThat(appended).isCompletedWithValueMatching(a -> a.level() == Level.DURABLE);
        assertThat(recorder.msgIds()).containsExactly("m1");
        assertThat(log.after("c", before)).containsExactly("m1");
    }

    @Test
    void aClientReadsOnAcrossARestart() {
        Position first = log.position("c", "m1");
        log.position("c", "m2");
        Position last = log.position("c", "m3");
        log.restart();
        assertThat(log.after("c", first)).containsExactly("m2", "m3");
        Position next = log.position("c", "m4");
        log.position("c", "m5");
        assertThat(next.isAfter(last)).isTrue();
        assertThat(next.channelSequence()).isEqualTo(1);
        assertThat(log.after("c", first)).containsExactly("m2", "m3", "m4", "m5");
        assertThat(log.after("c", last)).containsExactly("m4", "m5");
        assertThat(log.after("c", null)).containsExactly("m1", "m2", "m3", "m4", "m5");
    }

    @Test
    void theFirstEntryOfAGenerationNamesThePreviousPosition() {
        log.position("c", "m1");
        Position last = log.position("c", "m2");
        log.restart();
        ArchivedFixture.Recorder recorder = log.follow("c");
        log.position("c", "m3");
        log.position("c", "m4");
        log.position("new", "n1");
        log.restart();
        log.position("new", "n2");
        assertThat(recorder.entries).extracting(Entry::previous).containsExactly(last, null);
        Slice slice = (Slice) log.read("new", null, 10);
        assertThat(slice.entries())
                .extracting(Entry::previous)
                .containsExactly(null, slice.entries().get(0).position());
    }

    @Test
    void theTopOutlivesTheNode() {
        Position last = log.position("c", "m1");
        log.restart();
        assertThat(log.top("c")).isEqualTo(last);
        assertThat(log.after("c", last)).isEmpty();
        log.restart();
        assertThat(log.top("c")).isEqualTo(last);
    }

    @Test
    void whoCameToAnEmptyChannelMissesNothingOverARestart() {
        Position empty = log.top("c");
        assertThat(empty.channelSequence()).isZero();
        log.restart();
        log.position("c", "m1");
        assertThat(log.after("c", empty)).containsExactly("m1");
    }

    @Test
    void aGenerationIsAboveAllBeforeThoughTheClockWasSetBack() {
        Position first = log.position("c", "m1");
        log.clockAheadMillis = -3_600_000;
        log.restart();
        Position second = log.position("c", "m2");
        log.restart();
        Position third = log.position("d", "m3");
        assertThat(second.generation()).isEqualTo(first.generation() + 1);
        assertThat(third.generation()).isEqualTo(first.generation() + 2);
        assertThat(log.after("c", first)).containsExactly("m2");
    }

    @Test
    void aClockThatWasAheadForAMomentIsWrongOnlyForWhatWasAppendedThen() {
        log.position("c", "m1");
        log.clockAheadMillis = Duration.ofDays(1).toMillis();
        log.position("c", "m2");
        log.clockAheadMillis = 0;
        log.advance(Duration.ofMinutes(10));
        Position third = log.position("c", "m3");
        log.advance(Duration.ofMinutes(10));
        Instant instant = Instant.ofEpochMilli(log.millis());
        log.advance(Duration.ofMinutes(10));
        log.position("c", "m4");
        assertThat(log.backbone.at("c", instant, null).toCompletableFuture())
                .isCompletedWithValue(third);
    }

    /** So that the archive may forget channels that nobody uses any more. */
    @Test
    void aGenerationEndsAfterADay() {
        ArchivedFixture.Recorder recorder = log.follow("c");
        Position first = log.position("c", "m1");
        Position second = log.position("c", "m2");
        log.ticker.advance(Duration.ofHours(23));
        Position third = log.position("c", "m3");
        assertThat(third.generation()).isEqualTo(first.generation());
        log.ticker.advance(Duration.ofHours(1));
        Position fourth = log.position("c", "m4");
        assertThat(fourth.generation()).isEqualTo(log.millis());
        assertThat(fourth.shardSequence()).isEqualTo(1);
        assertThat(fourth.channelSequence()).isEqualTo(1);
        assertThat(log.position("c", "m5").channelSequence()).isEqualTo(2);
        assertThat(recorder.entries)
                .extracting(Entry::previous)
                .containsExactly(null, null, null, third, null);
        assertThat(log.after("c", second)).containsExactly("m3", "m4", "m5");
        assertThat(log.after("c", third)).containsExactly("m4", "m5");
        log.restart();
        assertThat(log.after("c", second)).containsExactly("m3", "m4", "m5");
        assertThat(log.position("c", "m6").generation()).isGreaterThan(fourth.generation());
    }

    @Test
    void aGenerationEndsWhileWritesAreUnderWayAndFail() {
        Position before = log.position("c", "m0");
        log.ticker.advance(Duration.ofDays(1).minusMillis(500));
        log.archive.holdWrites();
        CompletableFuture<Appended> old = log.append("c", "m1");
        log.ticker.advance(Duration.ofMillis(500));
        CompletableFuture<Appended> next = log.append("c", "m2");
        CompletableFuture<Appended> last = log.append("c", "m3");
        log.archive.failWrites();
        log.archive.setFull(true);
        log.advance(Duration.ofMillis(200));
        log.archive.setFull(false);
        log.advance(Duration.ofSeconds(1));
        assertThat(old.join().position().generation()).isEqualTo(before.generation());
        assertThat(next.join().position().generation()).isGreaterThan(before.generation());
        assertThat(last.join().position().channelSequence()).isEqualTo(2);
        assertThat(log.after("c", before)).containsExactly("m1", "m2", "m3");
    }

    @Test
    void aClockThatWasSetBackDoesNotBringAnOldGeneration() {
        Position first = log.position("c", "m1");
        log.clockAheadMillis = -Duration.ofDays(3).toMillis();
        log.ticker.advance(Duration.ofDays(1));
        assertThat(log.position("c", "m2").generation()).isEqualTo(first.generation() + 1);
    }

    @Test
    void whatIsLeftIsCountedAcrossGenerations() {
        Position first = log.position("c", "m0");
        for (int i = 1; i <= 9; i++) {
            log.position("c", "m" + i);
            if (i % 3 == 0) {
                log.restart();
            }
        }
        Slice slice = (Slice) log.read("c", first, 2);
        assertThat(ArchivedFixture.msgIds(slice)).containsExactly("m1", "m2");
        assertThat(slice.left()).isBetween(1L, 7L);
        assertThat(((Slice) log.read("c", first, 7)).left()).isEqualTo(2);
        assertThat(((Slice) log.read("c", first, 9)).left()).isZero();
        assertThat(((Slice) log.read("c", first, 0)).complete()).isFalse();
    }

    @Test
    void whatRetentionDroppedIsTrimmedAndTheRestIsRead() {
        Position first = log.position("c", "m1");
        Position second = log.position("c", "m2");
        log.advance(Duration.ofMinutes(10));
        Position third = log.position("c", "m3");
        log.restart();
        log.position("c", "m4");
        log.disk.dropBefore(Instant.ofEpochMilli(log.millis()).minusSeconds(60));
        assertThat(log.refusal("c", first)).isEqualTo(Reason.TRIMMED);
        assertThat(log.after("c", second)).containsExactly("m3", "m4");
        assertThat(log.after("c", third)).containsExactly("m4");
        assertThat(log.after("c", null)).containsExactly("m3", "m4");
    }

    @Test
    void aChannelWhoseEntriesWereAllDroppedGoesOnFromItsTop() {
        Position last = log.position("c", "m1");
        log.restart();
        log.disk.dropBefore(Instant.MAX);
        assertThat(log.after("c", last)).isEmpty();
        assertThat(log.after("c", null)).isEmpty();
        Position base = new Position(last.origin(), last.generation(), 0, 0);
        assertThat(log.refusal("c", base)).isEqualTo(Reason.TRIMMED);
        log.position("c", "m2");
        assertThat(log.after("c", last)).containsExactly("m2");
        assertThat(log.refusal("c", base)).isEqualTo(Reason.TRIMMED);
    }

    /** As after a start from a backup: clients have seen what is not there any more. */
    @Test
    void aPositionBeyondTheEndOfItsGenerationIsUnknown() {
        Position last = log.position("c", "m1");
        Position lost = new Position("local", last.generation(), 2, 2);
        assertThat(log.refusal("c", lost)).isEqualTo(Reason.UNKNOWN_POSITION);
        log.restart();
        assertThat(log.refusal("c", lost)).isEqualTo(Reason.UNKNOWN_POSITION);
        log.position("c", "m2");
        assertThat(log.refusal("c", lost)).isEqualTo(Reason.UNKNOWN_POSITION);
        assertThat(log.refusal("c", new Position("local", last.generation() - 1, 1, 1)))
                .isEqualTo(Reason.UNKNOWN_GENERATION);
    }

    @Test
    void aRepeatAfterARestartGetsTheFirstPosition() {
        Appended first = log.append("c", "m1").join();
        log.position("c", "m2");
        log.restart();
        ArchivedFixture.Recorder recorder = log.follow("c");
        Appended repeat = log.append("c", "m1").join();
        assertThat(repeat).isEqualTo(new Appended(first.position(), Level.DURABLE, true));
        assertThat(log.append("c", "m1").join()).isEqualTo(repeat);
        assertThat(log.append("c", "another", "m1", null).join().duplicate()).isFalse();
        assertThat(log.append("d", "m1").join().duplicate()).isFalse();
        assertThat(recorder.msgIds()).containsExactly("m1");
    }

    @Test
    void aMessageThatTheKilledNodeDidNotArchiveIsAppendedWhenItIsSentAgain() {
        ArchivedFixture.Recorder recorder = log.follow("c");
        log.archive.holdWrites();
        CompletableFuture<Appended> lost = log.append("c", "m1");
        log.restart();
        assertThat(lost).isCompletedExceptionally();
        assertThat(recorder.entries).isEmpty();
        assertThat(log.append("c", "m1").join().duplicate()).isFalse();
        assertThat(log.after("c", null)).containsExactly("m1");
    }

    @Test
    void aRepeatOfWhatIsUnderWayIsAnsweredWithItAndInItsTurn() {
        log.archive.holdWrites();
        List<String> answered = new ArrayList<>();
        tell(log.append("c", "m1"), "m1", answered);
        tell(log.append("c", "m2"), "m2", answered);
        tell(log.append("c", "m1"), "m1 again", answered);
        tell(log.append("c", "m3"), "m3", answered);
        assertThat(answered).isEmpty();
        log.archive.releaseWrites();
        assertThat(answered).containsExactly("m1 1", "m2 2", "m1 again 1 duplicate", "m3 3");
    }

    private static void tell(
            CompletableFuture<Appended> append, String name, List<String> answered) {
        append.thenAccept(
                appended ->
                        answered.add(
                                name
                                        + " "
                                        + appended.position().channelSequence()
                                        + (appended.duplicate() ? " duplicate" : "")));
    }

    @Test
    void aRepeatOfAnOlderMessageIsAnsweredAfterWhatIsUnderWay() {
        log.position("c", "m0");
        log.archive.holdWrites();
        List<String> answered = new ArrayList<>();
        tell(log.append("c", "m1"), "m1", answered);
        tell(log.append("c", "m0"), "m0", answered);
        assertThat(answered).isEmpty();
        log.archive.releaseWrites();
        assertThat(answered).containsExactly("m1 2", "m0 1 duplicate");
    }

    @Test
    void publicationsKeepTheirOrderWhileTheArchiveIsAsked() {
        log.position("c", "m0");
        log.restart();
        log.archive.holdAnswers();
        List<String> answered = new ArrayList<>();
        tell(log.append("c", "m1"), "m1", answered);
        tell(log.append("c", "m0"), "m0", answered);
        tell(log.append("c", "m2"), "m2", answered);
        tell(log.append("c", "m1"), "m1 again", answered);
        assertThat(answered).isEmpty();
        log.archive.releaseAnswers();
        assertThat(answered)
                .containsExactly("m1 1", "m0 1 duplicate", "m2 2", "m1 again 1 duplicate");
    }

    @Test
    void onceTheWindowIsOverTheArchiveIsNotAskedAboutRepeats() {
        log.position("c", "m0");
        log.restart();
        log.position("c", "m1");
        log.advance(Duration.ofMinutes(7));
        log.archive.holdAnswers();
        assertThat(log.append("c", "m2")).isCompleted();
    }

    @Test
    void aNewArchiveIsNotAskedAboutRepeats() {
        log.top("c");
        log.follow("c");
        log.top("c");
        log.archive.holdAnswers();
        assertThat(log.append("c", "m1")).isCompleted();
    }

    @Test
    void whatTheRingHasNotIsReadFromTheArchive() {
        ArchivedFixture small =
                new ArchivedFixture(Map.of(), new RingBounds(2, Duration.ofMinutes(2)));
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            positions.add(small.position("c", "m" + i));
        }
        assertThat(small.after("c", positions.get(0)))
                .containsExactly("m1", "m2", "m3", "m4", "m5");
        assertThat(small.after("c", positions.get(4))).containsExactly("m5");
        assertThat(small.after("c", null)).hasSize(6);
        Slice both = before(small, null, 3);
        assertThat(ArchivedFixture.msgIds(both)).containsExactly("m5", "m4", "m3");
        assertThat(both.complete()).isFalse();
        assertThat(ArchivedFixture.msgIds(before(small, null, 2))).containsExactly("m5", "m4");
        assertThat(before(small, null, 10).entries()).hasSize(6);
        assertThat(before(small, null, 10).complete()).isTrue();
        Slice rest = before(small, positions.get(4), 10);
        assertThat(ArchivedFixture.msgIds(rest)).containsExactly("m3", "m2", "m1", "m0");
        assertThat(rest.complete()).isTrue();
        assertThat(before(small, positions.get(4), 2).complete()).isFalse();
        // After its age nothing is in memory but the top.
        small.advance(Duration.ofMinutes(3));
        assertThat(small.backbone.activeChannels()).isZero();
        assertThat(small.after("c", positions.get(3))).containsExactly("m4", "m5");
        assertThat(ArchivedFixture.msgIds(before(small, null, 2))).containsExactly("m5", "m4");
    }

    private static Slice before(ArchivedFixture log, Cursor before, int limit) {
        return (Slice)
                log.backbone.readBefore("c", before, limit, null).toCompletableFuture().join();
    }

    @Test
    void aTimeIsFoundInTheArchive() {
        Position first = log.position("c", "m1");
        log.advance(Duration.ofSeconds(10));
        Instant between = Instant.ofEpochMilli(log.millis());
        log.advance(Duration.ofSeconds(10));
        log.position("c", "m2");
        log.restart();
        assertThat(log.backbone.at("c", between, null).toCompletableFuture().join())
                .isEqualTo(first);
        assertThat(log.backbone.at("c", Instant.EPOCH, null).toCompletableFuture().join()).isNull();
    }

    @Test
    void aReadBringsNoMoreThanAPageFromTheArchive() {
        String large = "m".repeat(50_000);
        for (int i = 0; i < 5; i++) {
            log.position("c", large + i);
        }
        log.restart();
        Slice page = (Slice) log.read("c", null, 10);
        assertThat(page.entries()).hasSize(1);
        assertThat(page.left()).isEqualTo(4);
    }

    @Test
    void itIsNotAvailableBeforeItsStartNorAfterItsEnd() {
        MemoryArchive archive = new MemoryArchive(new Disk());
        ArchivedBackbone backbone = open(archive);
        assertThat(backbone.health().state()).isEqualTo(BackboneHealth.State.STARTING);
        assertThat(backbone.readAfter("c", null, 1).toCompletableFuture())
                .isCompletedExceptionally();
        backbone.start();
        assertThat(backbone.health().state()).isEqualTo(BackboneHealth.State.AVAILABLE);
        backbone.close();
        assertThat(backbone.health().state()).isEqualTo(BackboneHealth.State.CLOSED);
    }

    private ArchivedBackbone open(MemoryArchive archive) {
        return new ArchivedBackbone(
                new MemorySettings(
                        2, Ledger.unbounded(), name -> RingBounds.defaults(), LogLimit.none()),
                archive,
                ArchiveObserver.NONE,
                log.ticker,
                log::millis,
                log.wheel);
    }

    @Test
    void whereAnotherHasTheArchiveTheStartFails() throws Exception {
        MemoryArchive archive = new MemoryArchive(new Disk());
        archive.start().toCompletableFuture().join();
        ArchiveWriter other = archive.writer("local", 1).toCompletableFuture().join();
        ArchivedBackbone backbone = open(archive);
        assertThatThrownBy(() -> backbone.start().toCompletableFuture().get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(BackboneStartException.class)
                .hasMessageContaining("the lease of shard 1 is taken");
        other.close();
        backbone.close();
    }

    @Test
    void closeWritesWhatWasHandedOver() {
        log.archive.holdWrites();
        CompletableFuture<Appended> appended = log.append("c", "m1");
        log.backbone.close();
        assertThat(appended).isCompleted();
        assertThat(log.append("c", "m2")).isCompletedExceptionally();
        assertThat(log.disk.size()).isEqualTo(1);
    }
}
