package io.highwater.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.PresenceFixture.Watcher;
import io.highwater.channel.PresenceNodes.Node;
import io.highwater.limits.Account;
import io.highwater.limits.HeapBytes;
import io.highwater.protocol.Since;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who comes and goes in a channel of three nodes. */
final class PresenceMergeTest {
    private static final Duration ROUND = Duration.ofMillis(700);

    private final PresenceNodes cluster = new PresenceNodes(3);
    private final Node a = cluster.nodes.get(0);
    private final Node b = cluster.nodes.get(1);
    private final Node c = cluster.nodes.get(2);
    private final Watcher watcher = a.fixture.watcher("w");

    private static ListSubscriber join(Node node, String client) {
        ListSubscriber subscriber = new ListSubscriber(client);
        node.fixture.join(subscriber);
        return subscriber;
    }

    private List<String> told() {
        cluster.pass(ROUND);
        return watcher.take();
    }

    /** Joins, and is told all. */
    private List<String> watch() {
        a.fixture.join(watcher);
        cluster.pass(ROUND);
        List<String> told = watcher.take();
        assertThat(told.get(0)).isEqualTo("1 recovered [local]0");
        return told.subList(1, told.size());
    }

    @Test
    void theFirstEventHasAllThatAreThereOnAnyNode() {
        join(a, "a");
        join(b, "b");
        join(c, "b");
        assertThat(watch()).containsExactly("snapshot 4: +4 [a, b, b, w]");
    }

    @Test
    void itWaitsForEveryNodeThatIsKnown() {
        join(b, "b");
        a.fixture.join(watcher);
        a.fixture.pass(ROUND); // Nothing is carried to the others.
        assertThat(watcher.take()).containsExactly("1 recovered [local]0");
        assertThat(told()).containsExactly("snapshot 2: +2 [b, w]");
    }

    @Test
    void whoComesAndGoesOnAnotherNodeIsTold() {
        watch();
        ListSubscriber b1 = join(b, "b1");
        assertThat(told()).containsExactly("2: +1 [b1]");
        join(b, "b2");
        join(c, "c");
        b.fixture.leave(b1);
        assertThat(told()).containsExactly("3: +2 [b2, c] -1 [b1]");
    }

    @Test
    void aClientThatChangesItsNodeIsNotTold() {
        ListSubscriber onB = join(b, "x");
        watch();
        b.fixture.leave(onB);
        join(c, "x");
        assertThat(told()).isEmpty();
    }

    @Test
    void theLastThatGoesIsToldThoughTheChannelIsNotUsedAnyMore() {
        ListSubscriber onB = join(b, "b");
        assertThat(watch()).containsExactly("snapshot 2: +2 [b, w]");
        b.fixture.leave(onB);
        assertThat(told()).containsExactly("1: -1 [b]");
        join(b, "again");
        assertThat(told()).containsExactly("2: +1 [again]");
    }

    @Test
    void aNodeThatIsGoneTakesItsMembersWithIt() {
        join(b, "b1");
        join(b, "b2");
        join(c, "c");
        watch();
        cluster.part(a, b);
        assertThat(told()).containsExactly("2: -2 [b1, b2]");
        join(b, "b3");
        assertThat(told()).isEmpty();
        cluster.meet(a, b);
        assertThat(told()).containsExactly("5: +3 [b1, b2, b3]");
    }

    @Test
    void aNodeThatDoesNotAnswerIsWaitedForOnlyUntilItIsGone() {
        join(b, "b");
        a.fixture.join(watcher);
        a.fixture.pass(ROUND);
        watcher.take();
        cluster.part(a, b);
        a.fixture.pass(ROUND);
        assertThat(watcher.take()).as("c has not answered").isEmpty();
        cluster.part(a, c);
        a.fixture.pass(ROUND);
        assertThat(watcher.take()).containsExactly("snapshot 1: +1 [w]");
    }

    @Test
    void whatWasLostIsMadeUpForByTheNextChange() {
        watch();
        cluster.losing = true;
        join(b, "lost");
        assertThat(told()).isEmpty();
        cluster.losing = false;
        join(b, "b");
        assertThat(told()).containsExactly("3: +2 [b, lost]");
    }

    @Test
    void ofManyMembersTheNamesAreNotKeptButTheNumberIsRight() {
        List<ListSubscriber> many =
                IntStream.range(0, OtherMembers.MOST_NAMES + 1)
                        .mapToObj(i -> join(b, "b" + i))
                        .toList();
        assertThat(watch()).containsExactly("snapshot 1002: +1002 [w]");
        join(b, "one");
        assertThat(told()).containsExactly("1003: +1 [one]");
        many.forEach(b.fixture::leave);
        assertThat(told())
                .as("a list that is whole again")
                .containsExactly("snapshot 2: +2 [one, w]");
        join(b, "two");
        assertThat(told()).containsExactly("3: +1 [two]");
        cluster.part(a, b);
        assertThat(told()).containsExactly("1: -2 [one, two]");
    }

    @Test
    void aSnapshotOfManyIsShortWhoeverHasThem() {
        IntStream.range(0, 50).forEach(i -> join(a, "a" + i));
        IntStream.range(0, PresenceFixture.MOST_NAMES).forEach(i -> join(b, "b" + i));
        a.fixture.join(watcher);
        cluster.pass(ROUND);
        PresenceEvent snapshot = watcher.takeEvents().get(0);
        assertThat(snapshot.count()).isEqualTo(PresenceFixture.MOST_NAMES + 51);
        assertThat(snapshot.joined().clients()).hasSize(PresenceFeed.LISTED);
    }

    @Test
    void ofManyMembersOnlyTheNumberIsSent() {
        IntStream.range(0, OtherMembers.MOST_NAMES + 1).forEach(i -> join(b, "b"));
        watch();
        assertThat(cluster.snapshots).isEqualTo(2);
        assertThat(cluster.mostNames).isZero();
    }

    /** What came in it is in what it is told, and the change is for the others. */
    @Test
    void aNodeThatAsksWithinARoundIsToldOnceAtItsEnd() {
        c.fixture.join(c.fixture.watcher("v"));
        cluster.pass(ROUND);
        cluster.snapshots = 0;
        join(b, "b");
        a.fixture.join(watcher);
        cluster.carry();
        cluster.pass(ROUND);
        // One by each of the others.
        assertThat(cluster.snapshots).isEqualTo(2);
        assertThat(watcher.take()).endsWith("snapshot 3: +3 [b, v, w]");
    }

    @Test
    void aNodeThatAsksNoMoreBeforeTheEndOfARoundIsToldNothing() {
        c.fixture.join(c.fixture.watcher("v"));
        cluster.pass(ROUND);
        cluster.snapshots = 0;
        join(b, "b");
        b.fixture.hub.onObserved(a.id, "c");
        b.fixture.hub.onUnobserved(a.id, "c");
        cluster.pass(ROUND);
        assertThat(cluster.snapshots).isZero();
    }

    @Test
    void noChangeIsSentWhereNothingHasChanged() {
        Watcher onB = b.fixture.watcher("v");
        b.fixture.join(onB);
        watch();
        cluster.pass(ROUND);
        cluster.changes = 0;
        ListSubscriber onC = join(c, "c");
        cluster.pass(ROUND);
        assertThat(cluster.changes).isEqualTo(1);
        c.fixture.leave(onC);
        cluster.pass(ROUND);
        assertThat(cluster.changes).isEqualTo(2);
    }

    @Test
    void whatWasToldIsKeptNoLonger() {
        watch();
        long quiet = a.fixture.namesBytes();
        ListSubscriber member = join(b, "member");
        told();
        b.fixture.leave(member);
        told();
        assertThat(a.fixture.namesBytes() - quiet)
                .as("what is known of a node, and of two others before")
                .isZero();
    }

    /** Others go on asking this node, so its feed stays. */
    @Test
    void withItsLastWatcherANodeAsksNoMore() {
        b.fixture.join(b.fixture.watcher("v"));
        join(a, "a");
        join(c, "c");
        cluster.pass(ROUND);
        long before = a.fixture.namesBytes();
        watch();
        assertThat(a.watched).containsExactly("c");
        a.fixture.leave(watcher);
        cluster.pass(ROUND);
        assertThat(a.watched).isEmpty();
        assertThat(a.fixture.namesBytes()).isEqualTo(before);
        cluster.changes = 0;
        join(c, "more");
        cluster.pass(ROUND);
        assertThat(cluster.changes).isEqualTo(1);

        watch();
        a.fixture.closeHub();
        assertThat(a.watched).isEmpty();
    }

    @Test
    void onceNobodyAsksAChannelHasNoFeed() {
        ListSubscriber member = join(b, "b");
        long plain = b.fixture.namesBytes();
        b.fixture.leave(member);
        watch();
        a.fixture.leave(watcher);
        cluster.pass(ROUND);
        join(b, "b");
        assertThat(b.fixture.namesBytes()).isEqualTo(plain);
    }

    /** A list that is whole again is told to all that watch, but only to those. */
    @Test
    void aListThatIsWholeAgainIsToldToThoseThatMayBeTold() {
        List<ListSubscriber> many =
                IntStream.range(0, OtherMembers.MOST_NAMES + 1)
                        .mapToObj(i -> join(b, "b" + i))
                        .toList();
        ListSubscriber deaf = join(a, "deaf");
        Watcher stalled = a.fixture.watcher("stalled");
        a.fixture.join(stalled);
        watch();
        long before = a.fixture.namesBytes();
        stalled.stalled = true;
        join(b, "one");
        cluster.pass(ROUND);
        Watcher waiting = a.fixture.watcher("waiting");
        a.fixture.holdReads();
        a.fixture.join(waiting, new Since.Latest());
        many.forEach(b.fixture::leave);
        told();
        assertThat(told()).isEmpty();
        assertThat(deaf.take()).containsExactly("1 recovered [local]0");
        assertThat(waiting.take()).as("not answered yet").isEmpty();

        a.fixture.leave(waiting);
        stalled.stalled = false;
        told();
        a.fixture.leave(stalled);
        a.fixture.join(stalled);
        told();
        assertThat(a.fixture.namesBytes())
                .isEqualTo(before + OtherMembers.NAME_BYTES + HeapBytes.of("one"));
    }

    /** 100,000 joins in a minute. */
    @Test
    void aStormOnAnotherNodeCostsAWatcherTwoSmallEventsASecond() {
        watch();
        int events = 0;
        int count = 1;
        for (int second = 0; second < 60; second++) {
            for (int step = 0; step < 20; step++) {
                IntStream.range(0, 84).forEach(i -> join(b, "c" + i));
                cluster.pass(Duration.ofMillis(50));
            }
            List<PresenceEvent> told = watcher.takeEvents();
            for (PresenceEvent event : told) {
                int change = event.joined().count() - event.left().count();
                count = event.snapshot() ? change : count + change;
                assertThat(event.count()).isEqualTo(count);
                assertThat(event.joined().clients().size())
                        .isLessThanOrEqualTo(
                                event.snapshot()
                                        ? PresenceFixture.MOST_NAMES
                                        : PresenceFeed.LISTED);
            }
            events += told.size();
        }
        assertThat(events).isBetween(100, 120);
        assertThat(a.fixture.faults).isEmpty();
        cluster.pass(ROUND);
        PresenceEvent last = watcher.takeEvents().get(0);
        assertThat(last.count()).isEqualTo(60 * 20 * 84 + 1);
    }

    @Test
    void nobodyIsToldAnythingWhereNobodyAsks() {
        join(a, "a");
        join(b, "b");
        cluster.pass(ROUND);
        assertThat(cluster.snapshots).isZero();
        watch();
        assertThat(cluster.snapshots).isEqualTo(2);
        a.fixture.leave(watcher);
        cluster.pass(ROUND);
        for (int i = 0; i < 10; i++) {
            join(b, "b" + i);
            cluster.pass(ROUND);
        }
        assertThat(cluster.snapshots).isEqualTo(2);
        assertThat(watch().get(0)).startsWith("snapshot 13:");
    }

    @Test
    void watchersOnEveryNodeAreToldTheSame() {
        Watcher onB = b.fixture.watcher("v");
        watch();
        b.fixture.join(onB);
        cluster.pass(ROUND);
        assertThat(onB.take()).endsWith("snapshot 2: +2 [v, w]");
        assertThat(told()).containsExactly("2: +1 [v]");
        join(c, "c");
        cluster.pass(ROUND);
        assertThat(onB.take()).containsExactly("3: +1 [c]");
        assertThat(watcher.take()).containsExactly("3: +1 [c]");
    }

    @Test
    void whatIsKeptForOthersIsInTheAccountUntilTheyAskNoMore() {
        long before = b.fixture.ledger.book(Account.NAMES).bytes();
        long plain = a.fixture.ledger.book(Account.NAMES).bytes();
        List<ListSubscriber> members =
                IntStream.range(0, 100).mapToObj(i -> join(b, "member-" + i)).toList();
        watch();
        assertThat(a.fixture.ledger.book(Account.NAMES).bytes()).isGreaterThan(plain + 100 * 90);
        members.forEach(b.fixture::leave);
        cluster.pass(ROUND);
        assertThat(b.fixture.ledger.book(Account.NAMES).bytes())
                .as("the name, and who asks")
                .isBetween(before + 100, before + 400);
        a.fixture.leave(watcher);
        cluster.pass(ROUND);
        assertThat(b.fixture.ledger.book(Account.NAMES).bytes()).isEqualTo(before);
        assertThat(a.fixture.ledger.book(Account.NAMES).bytes()).isEqualTo(plain);
    }
}
