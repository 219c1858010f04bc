package io.highwater.backbone.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.backbone.Appended;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Account;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What the log does at the edges of its accounts, and of one address's share: a quarter. */
final class LocalAccountsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final RingBounds RING = new RingBounds(1_000, MINUTE);
    private static final RingBounds NO_RING = new RingBounds(0, MINUTE);

    private static LocalFixture log(Account account, long mostBytes, RingBounds ring) {
        return new LocalFixture(4, Map.of(account, mostBytes), name -> ring);
    }

    // RINGS

    @Test
    void anAddressBeyondItsShareLosesItsOldest() {
        LocalFixture log = log(Account.RINGS, 400_000, RING);
        Payer busy = log.payer("10.0.0.1");
        Payer other = log.payer("10.0.0.2");
        for (int i = 0; i < 10; i++) {
            log.append("quiet", "q" + i, "x".repeat(1_000), other);
        }
        for (int i = 0; i < 500; i++) {
            log.append("busy", "b" + i, "x".repeat(1_000), busy);
            assertThat(busy.bytes(Account.RINGS)).isLessThanOrEqualTo(100_000);
        }
        assertThat(log.kept("busy")).hasSizeBetween(80, 90).endsWith(499L, 500L);
        assertThat(log.kept("quiet")).hasSize(10);
    }

    @Test
    void anAddressBeyondItsShareLosesItsOwnOldestWhereverTheyAre() {
        LocalFixture log = log(Account.RINGS, 40_000, RING);
        Payer busy = log.payer("10.0.0.1");
        Payer other = log.payer("10.0.0.2");
        for (int i = 0; i < 9; i++) {
            log.advance(Duration.ofMillis(1));
            log.append("full", "b" + i, "x".repeat(850), busy);
        }
        log.advance(Duration.ofMillis(1));
        log.append("shared", other);
        log.append("shared", "big", "x".repeat(5_000), busy);
        log.append("shared", other);
        assertThat(log.kept("shared")).containsExactly(1L, 2L, 3L);
        assertThat(log.kept("full")).hasSizeBetween(3, 5).endsWith(9L);
    }

    @Test
    void whatTakesMoreThanTheShareIsHeardAndNotKept() {
        LocalFixture log = log(Account.RINGS, 40_000, RING);
        Payer busy = log.payer("10.0.0.1");
        Payer other = log.payer("10.0.0.2");
        Position before = log.append("c", other);
        Recorder recorder = new Recorder();
        log.backbone.follow("c", recorder, other);
        Position unkept = log.append("c", "big", "x".repeat(12_000), busy).position();
        assertThat(recorder.sequences).containsExactly(2L);
        assertThat(log.kept("c")).as("a ring has no holes").isEmpty();
        assertThat(log.read("c", before)).isEqualTo(new Unreadable(Reason.TRIMMED, unkept));
        assertThat(log.read("c", unkept)).isEqualTo(new Slice(List.of(), 0, unkept));
        Position next = log.append("c", other);
        assertThat(next.channelSequence()).isEqualTo(3);
        assertThat(((Slice) log.read("c", unkept)).entries()).hasSize(1);
        assertThat(log.append("c", "big", "1", busy).duplicate()).isTrue();
        log.backbone.close();
        assertThat(log.ledger.book(Account.RINGS).bytes()).isZero();
    }

    @Test
    void aProxyHasNoShareOfItsOwn() {
        LocalFixture log = log(Account.RINGS, 400_000, RING);
        for (int i = 0; i < 500; i++) {
            log.append("busy", "b" + i, "x".repeat(1_000), log.payer("99.0.0.1"));
            assertThat(log.backbone.ringBytes()).isLessThanOrEqualTo(400_000);
        }
        assertThat(log.kept("busy")).hasSizeBetween(310, 345);
    }

    // NAMES

    @Test
    void aForgottenNameBeginsAGenerationOfItsOwn() {
        LocalFixture log = log(Account.NAMES, 20_000, NO_RING);
        Payer first = log.payer("10.0.0.1");
        log.advance(Duration.ofSeconds(1));
        Position old = log.append("lost", first);
        Position kept = log.append("kept", first);
        log.backbone.follow("kept", new Recorder(), first);
        log.append("kept", first);
        fill(log);
        Unreadable unreadable = (Unreadable) log.read("lost", old);
        assertThat(unreadable.reason()).isEqualTo(Reason.UNKNOWN_GENERATION);
        assertThat(((Position) unreadable.top()).channelSequence()).isZero();
        Position begun = log.append("lost", first);
        assertThat(begun.channelSequence()).isEqualTo(1);
        assertThat(begun.isAfter(old)).isTrue();
        assertThat(begun.shardSequence()).isGreaterThan(old.shardSequence());
        assertThat(((Unreadable) log.read("lost", old)).reason())
                .isEqualTo(Reason.UNKNOWN_GENERATION);
        // What is in use stays what it was.
        assertThat(log.append("kept", first).generation()).isEqualTo(kept.generation());
    }

    /** Other addresses use names once, until some of before are forgotten. */
    private static void fill(LocalFixture log) {
        for (int i = 0; i < 300; i++) {
            log.append("name-" + i, log.payer("10.0.1." + i % 40));
            log.advance(Duration.ofMillis(100));
        }
        assertThat(log.backbone.unusedNames()).isBetween(40, 110);
        assertThat(log.ledger.book(Account.NAMES).bytes()).isLessThanOrEqualTo(15_000);
    }

    @Test
    void ofARepeatTheFirstPositionIsToldWhateverBecameOfTheChannel() {
        LocalFixture log = log(Account.NAMES, 20_000, NO_RING);
        Payer payer = log.payer("10.0.0.1");
        Appended first = log.append("lost", "m", "1", payer);
        fill(log);
        Appended repeat = log.append("lost", "m", "1", payer);
        assertThat(repeat.duplicate()).isTrue();
        assertThat(repeat.position()).isEqualTo(first.position());
    }

    @Test
    void anAddressBeyondItsShareForgetsItsOwnNamesOldestFirst() {
        LocalFixture log = log(Account.NAMES, 400_000, NO_RING);
        Payer other = log.payer("10.0.0.2");
        Payer busy = log.payer("10.0.0.1");
        List<Position> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            others.add(log.append("other-" + i, other));
        }
        List<Position> own = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            own.add(log.append("busy-" + i, busy));
            log.advance(Duration.ofMillis(50));
            assertThat(busy.bytes(Account.NAMES)).isLessThanOrEqualTo(75_000);
        }
        for (int i = 0; i < 20; i++) {
            assertThat(log.read("other-" + i, others.get(i))).isInstanceOf(Slice.class);
        }
        boolean remembered = false;
        for (int i = 0; i < 1_000; i++) {
            boolean known = log.read("busy-" + i, own.get(i)) instanceof Slice;
            assertThat(remembered && !known).isFalse();
            remembered |= known;
        }
        assertThat(log.backbone.unusedNames()).isBetween(300, 500);
    }

    @Test
    void whereAllNamesAreInUseANewOneIsRefusedButForWhoKeepsLittle() {
        LocalFixture log = log(Account.NAMES, 800_000, NO_RING);
        for (int address = 0; address < 8; address++) {
            Payer payer = log.payer("10.0.0." + address);
            boolean follows = true;
            for (int i = 0; follows; i++) {
                follows = log.backbone.follow("c" + address + "-" + i, new Recorder(), payer);
                assertThat(payer.bytes(Account.NAMES)).isLessThanOrEqualTo(200_000);
            }
        }
        assertThat(log.ledger.book(Account.NAMES).bytes()).isBetween(690_000L, 720_000L);
        assertThatThrownBy(() -> log.tryAppend("another", "m", "1", log.payer("10.0.0.1")).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(UnavailableException.class);
        // It may use what is there, and others may begin.
        log.append("c0-1", log.payer("10.0.0.1"));
        Payer good = log.payer("10.9.9.9");
        assertThat(log.append("good", good).channelSequence()).isEqualTo(1);
        assertThat(log.backbone.follow("good", new Recorder(), good)).isTrue();
    }

    /** Else the next start of the node could begin with a generation that clients know. */
    @Test
    void generationsStayBehindTheClock() {
        LocalFixture log = log(Account.NAMES, 1_000, NO_RING);
        Payer payer = log.payer("99.0.0.1");
        long before = LocalFixture.GENERATION;
        for (int i = 0; i < 200; i++) {
            if (i % 20 == 0) {
                log.advance(Duration.ofMillis(2));
            }
            log.tryAppend("name-" + i, "m", "1", payer);
        }
        long last = ((Position) log.read("new", null).top()).generation();
        assertThat(last - before).isBetween(1L, 20L);
    }

    @Test
    void closeGivesAllBack() {
        LocalFixture log = log(Account.NAMES, 800_000, RING);
        Payer payer = log.payer("10.0.0.1");
        for (int i = 0; i < 50; i++) {
            log.append("c" + i % 7, payer);
            log.backbone.follow("c" + i, new Recorder(), payer);
        }
        for (int i = 0; i < 50; i += 2) {
            log.backbone.unfollow("c" + i);
        }
        log.backbone.close();
        for (Account account : List.of(Account.RINGS, Account.NAMES, Account.IDEMPOTENCY)) {
            assertThat(log.ledger.book(account).bytes()).as(account.label()).isZero();
            assertThat(payer.bytes(account)).as(account.label()).isZero();
        }
    }

    // IDEMPOTENCY

    @Test
    void anAddressBeyondItsShareForgetsItsOwnMsgIdsAndNoOthers() {
        LocalFixture log = log(Account.IDEMPOTENCY, 800_000, NO_RING);
        Payer other = log.payer("10.0.0.2");
        Payer busy = log.payer("10.0.0.1");
        for (int i = 0; i < 30_000; i++) {
            if (i % 30 == 0) {
                log.append("other", "o" + i, "1", other);
            }
            log.append("busy-" + i % 9, "b" + i, "1", busy);
            assertThat(busy.bytes(Account.IDEMPOTENCY)).isLessThanOrEqualTo(200_000);
            assertThat(log.ledger.book(Account.IDEMPOTENCY).bytes()).isLessThanOrEqualTo(800_000);
        }
        for (int i = 0; i < 30_000; i += 30) {
            assertThat(log.append("other", "o" + i, "1", other).duplicate()).isTrue();
        }
        int newest = 30_000 - 500;
        for (int i = newest; i < 30_000; i++) {
            assertThat(log.append("busy-" + i % 9, "b" + i, "1", busy).duplicate()).isTrue();
        }
    }

    /** Confined to its test. */
    private static final class Recorder implements BackboneListener {
        private final List<Long> sequences = new ArrayList<>();

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
