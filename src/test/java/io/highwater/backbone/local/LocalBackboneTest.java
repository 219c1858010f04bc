package io.highwater.backbone.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.limits.Account;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LocalBackboneTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration NANO = Duration.ofNanos(1);

    private final LocalFixture log = new LocalFixture(new RingBounds(3, MINUTE));

    @Test
    void aRingKeepsTheNewestMessages() {
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            positions.add(log.append("c"));
        }
        assertThat(log.kept("c")).containsExactly(3L, 4L, 5L);
        assertThat(log.read("c", positions.get(0)))
                .isEqualTo(new Unreadable(Reason.TRIMMED, positions.get(4)));
        assertThat(((Slice) log.read("c", positions.get(1))).entries()).hasSize(3);
    }

    @Test
    void aRingKeepsWhatIsNoOlderThanItsAge() {
        log.append("c");
        log.ticker.advance(MINUTE.dividedBy(2));
        log.append("c");
        log.ticker.advance(MINUTE.dividedBy(2));
        assertThat(log.kept("c")).containsExactly(1L, 2L);
        log.ticker.advance(NANO);
        assertThat(log.kept("c")).containsExactly(2L);
    }

    @Test
    void ageIsLookedAfterWithoutReadsOrAppends() {
        log.append("c");
        log.advance(MINUTE.dividedBy(2));
        log.append("c");
        long slots = HeapBytes.ofReferences(4);
        long two = log.backbone.ringBytes() - slots;
        log.advance(MINUTE.dividedBy(2).plusMillis(200));
        assertThat(log.backbone.ringBytes()).isEqualTo(two / 2 + slots);
        log.advance(MINUTE.dividedBy(2));
        assertThat(log.backbone.ringBytes()).isZero();
    }

    @Test
    void ofAnIdleChannelOnlyTheCounterRemains() {
        Position last = log.append("c");
        assertThat(log.backbone.activeChannels()).isEqualTo(1);
        log.advance(MINUTE.plusMillis(200));
        assertThat(log.backbone.activeChannels()).isZero();
        assertThat(log.backbone.ringBytes()).isZero();
        assertThat(log.read("c", last)).isEqualTo(new Slice(List.of(), 0, last));
        assertThat(log.append("c").channelSequence()).isEqualTo(2);
    }

    @Test
    void readingWhatIsIdleDoesNotWakeIt() {
        Position last = log.append("c");
        log.advance(MINUTE.plusMillis(200));
        log.read("c", last);
        log.read("never", null);
        assertThat(log.backbone.activeChannels()).isZero();
    }

    @Test
    void aFollowedChannelIsActiveUntilItIsUnfollowed() {
        Recorder recorder = new Recorder();
        log.backbone.follow("c", recorder, null);
        log.append("c");
        log.advance(MINUTE.multipliedBy(3));
        assertThat(log.backbone.activeChannels()).isEqualTo(1);
        log.append("c");
        log.advance(MINUTE.multipliedBy(3));
        assertThat(log.backbone.ringBytes()).isZero();
        log.backbone.unfollow("c");
        assertThat(log.backbone.activeChannels()).isZero();
        assertThat(recorder.sequences).containsExactly(1L, 2L);
    }

    @Test
    void aRingOfZeroMessagesKeepsNothingAndIsHeardNevertheless() {
        LocalFixture none = new LocalFixture(new RingBounds(0, MINUTE));
        Position first = none.append("c");
        assertThat(none.backbone.activeChannels()).isZero();
        Recorder recorder = new Recorder();
        none.backbone.follow("c", recorder, null);
        Position second = none.append("c");
        assertThat(recorder.sequences).containsExactly(2L);
        assertThat(none.kept("c")).isEmpty();
        assertThat(none.read("c", first)).isEqualTo(new Unreadable(Reason.TRIMMED, second));
    }

    @Test
    void allRingsTogetherKeepTheNewestBytesWhicheverShardTheyAreIn() {
        LocalFixture small =
                new LocalFixture(
                        8, Map.of(Account.RINGS, 100_000L), name -> new RingBounds(1_000, MINUTE));
        String data = "x".repeat(800);
        for (int i = 0; i < 500; i++) {
            small.append("c" + i % 40, "m" + i, data);
            small.ticker.advance(NANO);
            assertThat(small.backbone.ringBytes()).isLessThanOrEqualTo(100_000);
        }
        int kept = 0;
        for (int c = 0; c < 40; c++) {
            kept += small.kept("c" + c).size();
        }
        assertThat(kept).isBetween(95, 105);
        // The newest hundred are two or three of each of the 40 channels, wherever they live.
        for (int c = 0; c < 40; c++) {
            List<Long> sequences = small.kept("c" + c);
            long top = c < 20 ? 13 : 12;
            assertThat(sequences).hasSizeBetween(2, 3).endsWith(top - 1, top);
        }
    }

    @Test
    void anEntryLargerThanAllRingsIsHeardAndNotKept() {
        LocalFixture small =
                new LocalFixture(2, Map.of(Account.RINGS, 1_000L), name -> RingBounds.defaults());
        Recorder recorder = new Recorder();
        small.backbone.follow("c", recorder, null);
        small.append("c", "m1", "x".repeat(2_000));
        assertThat(recorder.sequences).containsExactly(1L);
        assertThat(small.backbone.ringBytes()).isZero();
        assertThat(small.kept("c")).isEmpty();
    }

    @Test
    void aRestartIsANewGenerationOfWhichTheOldPositionsAreNot() {
        Position old = log.append("c");
        LocalBackbone next =
                new LocalBackbone(
                        new MemorySettings(
                                1,
                                Ledger.unbounded(),
                                name -> RingBounds.defaults(),
                                LogLimit.none()),
                        LocalFixture.GENERATION + 1,
                        log.ticker,
                        log.wheel);
        Unreadable unreadable =
                (Unreadable) next.readAfter("c", old, 10).toCompletableFuture().join();
        assertThat(unreadable.reason()).isEqualTo(Reason.UNKNOWN_GENERATION);
        assertThat(((Position) unreadable.top()).isAfter(old)).isTrue();
    }

    @Test
    void aMsgIdIsRememberedForFiveMinutes() {
        Position first = log.append("c", "m", "1").position();
        log.advance(Duration.ofMinutes(5));
        assertThat(log.append("c", "m", "1").position()).isEqualTo(first);
        log.ticker.advance(NANO);
        assertThat(log.append("c", "m", "1").duplicate()).isFalse();
        assertThat(log.append("c", "m", "1").position().channelSequence()).isEqualTo(2);
    }

    @Test
    void aRepeatDoesNotExtendTheWindow() {
        log.append("c", "m", "1");
        log.ticker.advance(Duration.ofMinutes(4));
        assertThat(log.append("c", "m", "1").duplicate()).isTrue();
        log.ticker.advance(Duration.ofMinutes(2));
        assertThat(log.append("c", "m", "1").duplicate()).isFalse();
    }

    @Test
    void aListenerThatThrowsOrAppendsHarmsNoOther() {
        Recorder recorder = new Recorder();
        log.backbone.follow(
                "bad",
                new Recorder() {
                    @Override
                    public void onEntry(Entry entry) {
                        log.append("good");
                        throw new IllegalStateException("thrown by a test");
                    }
                },
                null);
        log.backbone.follow("good", recorder, null);
        for (int i = 0; i < 3; i++) {
            log.append("bad");
            log.append("good");
        }
        assertThat(recorder.sequences).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void closeForgetsEverything() {
        log.backbone.follow("c", new Recorder(), null);
        log.append("c");
        log.append("d");
        log.backbone.close();
        assertThat(log.backbone.activeChannels()).isZero();
        assertThat(log.backbone.ringBytes()).isZero();
        log.advance(MINUTE.multipliedBy(10));
        assertThat(log.backbone.activeChannels()).isZero();
    }

    /** Confined to its test. */
    private static class Recorder implements BackboneListener {
        final List<Long> sequences = new ArrayList<>();

        @Override
        public void onEntry(Entry entry) {
            sequences.add(entry.position().channelSequence());
        }

        @Override
        public void onGap(String channel, Position from, Position to) {
            throw new AssertionError("a gap of " + channel);
        }
    }
}
