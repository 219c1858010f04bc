package io.highwater.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.PresenceFixture.Watcher;
import io.highwater.limits.Account;
import io.highwater.limits.HeapBytes;
import io.highwater.protocol.Since;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who comes and goes in a channel of one node, and what a watcher is told of it. */
final class PresenceFeedTest {
    private static final Duration ROUND = PresenceFeed.PAUSE.plusMillis(100);

    private final PresenceFixture fixture = new PresenceFixture();
    private final Watcher watcher = fixture.watcher("w");

    private ListSubscriber join(String client) {
        ListSubscriber subscriber = new ListSubscriber(client);
        fixture.join(subscriber);
        return subscriber;
    }

    private List<String> told() {
        fixture.pass(ROUND);
        return watcher.take();
    }

    @Test
    void theFirstEventHasAllThatAreThere() {
        join("a");
        join("b");
        join("b");
        fixture.join(watcher);
        assertThat(told()).containsExactly("1 recovered [local]0", "snapshot 4: +4 [a, b, b, w]");
        assertThat(told()).isEmpty();
    }

    @Test
    void whoComesAndWhoGoesIsTold() {
        ListSubscriber a = join("a");
        fixture.join(watcher);
        told();
        join("b");
        assertThat(told()).containsExactly("3: +1 [b]");
        fixture.leave(a);
        join("c");
        assertThat(told()).containsExactly("3: +1 [c] -1 [a]");
    }

    @Test
    void whoCameAndWentInBetweenIsNotTold() {
        fixture.join(watcher);
        told();
        fixture.leave(join("a"));
        ListSubscriber b = join("b");
        fixture.leave(b);
        fixture.join(b);
        assertThat(told()).containsExactly("2: +1 [b]");
        fixture.leave(b);
        fixture.join(b);
        fixture.leave(join("c"));
        assertThat(told()).isEmpty();
    }

    /** A client whose connection broke comes back as another subscriber. */
    @Test
    void whoWentAndCameBackIsNotTold() {
        ListSubscriber a = join("a");
        fixture.join(watcher);
        told();
        fixture.leave(a);
        join("a");
        assertThat(told()).isEmpty();
    }

    @Test
    void whatComesSoonIsToldTogetherAndThenTwiceASecondAtMost() {
        fixture.join(watcher);
        told();
        told();
        join("a");
        fixture.pass(Duration.ofMillis(50));
        join("b");
        assertThat(watcher.take()).isEmpty();
        fixture.pass(Duration.ofMillis(100));
        assertThat(watcher.take()).containsExactly("3: +2 [a, b]");
        join("c");
        fixture.pass(Duration.ofMillis(400));
        assertThat(watcher.take()).isEmpty();
        fixture.pass(Duration.ofMillis(150));
        assertThat(watcher.take()).containsExactly("4: +1 [c]");
    }

    /** 100,000 joins in a minute. */
    @Test
    void aStormCostsAWatcherTwoSmallEventsASecond() {
        fixture.join(watcher);
        told();
        int events = 0;
        long count = 1;
        for (int second = 0; second < 60; second++) {
            for (int step = 0; step < 20; step++) {
                IntStream.range(0, 84).forEach(i -> join("c"));
                fixture.pass(Duration.ofMillis(50));
            }
            List<PresenceEvent> told = watcher.takeEvents();
            assertThat(told).hasSizeLessThanOrEqualTo(2);
            for (PresenceEvent event : told) {
                count += event.joined().count();
                assertThat(event.count()).isEqualTo((int) count);
                assertThat(event.joined().clients()).hasSize(PresenceFeed.LISTED);
            }
            events += told.size();
        }
        assertThat(events).isBetween(100, 120);
        assertThat(count).isGreaterThan(99_000);
    }

    @Test
    void moreThanAListHoldsIsCounted() {
        List<ListSubscriber> many = IntStream.range(0, 150).mapToObj(i -> join("c" + i)).toList();
        fixture.join(watcher);
        told();
        many.forEach(fixture::leave);
        IntStream.range(0, 170).forEach(i -> join("d" + i));
        fixture.pass(ROUND);
        PresenceEvent event = watcher.takeEvents().get(0);
        assertThat(event.count()).isEqualTo(171);
        assertThat(event.left().count()).isEqualTo(150);
        assertThat(event.left().clients()).hasSize(100).doesNotHaveDuplicates();
        assertThat(event.joined().count()).isEqualTo(170);
        assertThat(event.joined().clients()).hasSize(100).allMatch(name -> name.startsWith("d"));
    }

    @Test
    void aSnapshotHasAllNamesOrIfThatIsTooManySome() {
        IntStream.range(0, PresenceFixture.MOST_NAMES - 1).forEach(i -> join("c" + i));
        fixture.join(watcher);
        fixture.pass(ROUND);
        assertThat(watcher.takeEvents().get(0).joined().clients())
                .hasSize(PresenceFixture.MOST_NAMES);
        Watcher later = fixture.watcher("later");
        fixture.join(later);
        fixture.pass(ROUND);
        PresenceEvent snapshot = later.takeEvents().get(0);
        assertThat(snapshot.joined().count()).isEqualTo(PresenceFixture.MOST_NAMES + 1);
        assertThat(snapshot.joined().clients()).hasSize(PresenceFeed.LISTED);
    }

    @Test
    void aLaterWatcherGetsItsOwnSnapshotAndTheFormerOnesTheChange() {
        fixture.join(watcher);
        told();
        Watcher later = fixture.watcher("later");
        join("a");
        fixture.join(later);
        assertThat(told()).containsExactly("3: +2 [a, later]");
        assertThat(later.take())
                .containsExactly("1 recovered [local]0", "snapshot 3: +3 [a, later, w]");
        join("b");
        fixture.pass(ROUND);
        assertThat(later.frames.get(1)).as("one frame for all").isSameAs(watcher.frames.get(2));
    }

    @Test
    void whoReadsTooSlowlyIsToldAllOnceItReads() {
        fixture.join(watcher);
        told();
        watcher.stalled = true;
        join("a");
        assertThat(told()).isEmpty();
        join("b");
        assertThat(told()).isEmpty();
        watcher.stalled = false;
        assertThat(told()).containsExactly("snapshot 3: +3 [a, b, w]");
        join("c");
        assertThat(told()).containsExactly("4: +1 [c]");
    }

    @Test
    void aWatcherOrAFrameThatThrowsIsMadeUpFor() {
        Watcher other = fixture.watcher("other");
        fixture.join(watcher);
        fixture.join(other);
        told();
        other.take();
        watcher.failing = true;
        join("a");
        assertThat(told()).isEmpty();
        assertThat(other.take()).containsExactly("3: +1 [a]");
        watcher.failing = false;
        assertThat(told()).containsExactly("snapshot 3: +3 [a, other, w]");
        fixture.failingFrames = true;
        join("b");
        assertThat(told()).isEmpty();
        fixture.failingFrames = false;
        assertThat(told()).containsExactly("snapshot 4: +4 [a, b, other, w]");
        assertThat(other.take()).containsExactly("snapshot 4: +4 [a, b, other, w]");
    }

    @Test
    void nothingIsToldAnyMoreAfterTheEnd() {
        fixture.join(watcher);
        told();
        join("a");
        fixture.leave(watcher);
        assertThat(told()).isEmpty();
        fixture.join(watcher);
        assertThat(told()).containsExactly("1 recovered [local]0", "snapshot 2: +2 [a, w]");
    }

    @Test
    void aWatcherThatSubscribesAgainIsToldAllAgain() {
        join("a");
        fixture.join(watcher);
        told();
        fixture.join(watcher);
        assertThat(told()).containsExactly("1 recovered [local]0", "snapshot 2: +2 [a, w]");
    }

    @Test
    void inAnEphemeralChannelTooAndAfterAReadThatTookTime() {
        fixture.channel = "ephemeral:typing";
        join("a");
        fixture.join(watcher);
        assertThat(told()).containsExactly("1 unkept", "snapshot 2: +2 [a, w]");
        fixture.channel = "held";
        fixture.holdReads();
        fixture.join(watcher, new Since.Latest());
        assertThat(told()).isEmpty();
        fixture.letReads();
        assertThat(told()).containsExactly("1 recovered [local]0", "snapshot 1: +1 [w]");
    }

    @Test
    void whatItKeepsIsInTheAccountUntilItEnds() {
        long before = fixture.ledger.book(Account.NAMES).bytes();
        List<ListSubscriber> many = IntStream.range(0, 50).mapToObj(i -> join("c" + i)).toList();
        long plain = fixture.ledger.book(Account.NAMES).bytes();
        fixture.join(watcher);
        long feed = plain + PresenceFeed.BYTES + Elsewhere.BYTES;
        assertThat(fixture.ledger.book(Account.NAMES).bytes()).isBetween(feed, feed + 40);
        told();
        assertThat(fixture.ledger.book(Account.NAMES).bytes()).isEqualTo(feed);
        many.forEach(fixture::leave);
        assertThat(fixture.ledger.book(Account.NAMES).bytes()).isGreaterThan(feed + 50 * 50);
        told();
        assertThat(fixture.ledger.book(Account.NAMES).bytes()).isEqualTo(feed);
        join("d");
        fixture.leave(watcher);
        assertThat(fixture.ledger.book(Account.NAMES).bytes()).isEqualTo(plain);
        fixture.closeHub();
        assertThat(fixture.ledger.book(Account.NAMES).bytes()).isEqualTo(before);
    }

    @Test
    void whatComesAndGoesInOneRoundIsInTheAccountUntilThen() {
        fixture.join(watcher);
        told();
        long quiet = fixture.namesBytes();
        List<ListSubscriber> many = IntStream.range(0, 150).mapToObj(i -> join("c" + i)).toList();
        many.forEach(fixture::leave);
        assertThat(fixture.namesBytes()).isEqualTo(quiet);
        told();
        assertThat(fixture.namesBytes()).isEqualTo(quiet);

        List<ListSubscriber> more = IntStream.range(0, 150).mapToObj(i -> join("c" + i)).toList();
        told();
        more.forEach(fixture::leave);
        long listed = PresenceFeed.LISTED * (8 + HeapBytes.of("c000"));
        assertThat(fixture.namesBytes())
                .as("the names that will be listed")
                .isEqualTo(quiet + listed);
    }

    @Test
    void namesThatWillNotBeListedAreNotAskedFor() {
        fixture.join(watcher);
        told();
        int[] asked = new int[1];
        for (int i = 0; i < 500; i++) {
            fixture.join(
                    new ListSubscriber("c") {
                        @Override
                        public String client() {
                            asked[0]++;
                            return super.client();
                        }
                    });
        }
        told();
        assertThat(asked[0]).isEqualTo(PresenceFeed.LISTED);
    }

    @Test
    void aWatcherThatLeavesTakesItsPlaceWithIt() {
        Watcher other = fixture.watcher("other");
        fixture.join(watcher);
        told();
        long before = fixture.namesBytes();
        fixture.join(other);
        told();
        fixture.leave(other);
        told();
        assertThat(fixture.namesBytes()).isEqualTo(before);

        fixture.join(other);
        told();
        other.take();
        other.stalled = true;
        join("a");
        told();
        fixture.leave(other);
        other.stalled = false;
        join("b");
        told();
        assertThat(other.take()).as("told after it has left").isEmpty();
    }

    /** The shard's thread comes to it only when another command has ended the feed. */
    @Test
    void aRoundThatEndsAfterItsFeedTellsNothing() {
        long plain = fixture.namesBytes();
        fixture.join(watcher);
        told();
        ListSubscriber member = join("a");
        var unused = fixture.hub.unsubscribe(fixture.channel, watcher);
        fixture.ticker.advance(ROUND, fixture.wheel);
        fixture.shard.runAll();
        fixture.leave(member);
        assertThat(watcher.take()).isEmpty();
        assertThat(fixture.namesBytes()).isEqualTo(plain);
    }

    @Test
    void closingTheHubEndsIt() {
        fixture.join(watcher);
        join("a");
        fixture.closeHub();
        assertThat(told()).containsExactly("1 recovered [local]0");
    }
}
