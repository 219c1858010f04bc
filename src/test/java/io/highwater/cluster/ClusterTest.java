package io.highwater.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Draft;
import io.highwater.backbone.UnavailableException;
import io.highwater.channel.Members;
import io.highwater.channel.Occupancy;
import io.highwater.channel.OtherNodesListener;
import io.highwater.channel.Presence;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nodes that hear each other over a bus that the test can cut. Their hubs write down all. */
final class ClusterTest {
    private static final Duration STEP = Duration.ofMillis(500);

    private final FakeTicker ticker = new FakeTicker();
    private final MemoryBus bus = new MemoryBus();
    private final Ledger ledger = Ledgers.of(Map.of(), ticker);
    private final List<Node> nodes = new ArrayList<>();
    private final Node a = new Node("a");
    private final Node b = new Node("b");
    private final Node c = new Node("c");

    private final class Node implements OtherNodesListener, Presence, ClusterObserver {
        private final String name;
        private final MemoryBus.Node access = bus.node();
        private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
        private final List<String> heard = new ArrayList<>();
        private final List<String> told = new ArrayList<>();
        private final Cluster cluster =
                new Cluster(
                        access,
                        new ClusterNode(
                                ledger.book(Account.RINGS),
                                ledger.book(Account.NAMES),
                                ticker,
                                wheel,
                                this,
                                LogLimit.none()));
        private CompletableFuture<Occupancy> here =
                CompletableFuture.completedFuture(new Occupancy(0, List.of()));
        private boolean failing;
        private int others;
        private int unreadable;
        private int resyncs;

        private Node(String name) {
            this.name = name;
            nodes.add(this);
            var unused = cluster.start(this::hear, this, this);
        }

        private void hear(Draft draft) {
            if (failing || draft.msgId().equals("thrown")) {
                throw new OutOfMemoryError("thrown by a test");
            }
            heard.add(draft.msgId());
        }

        private void publish(String msgId) {
            cluster.send(new Draft("ephemeral:x", "p", msgId, null, false, "1".getBytes(UTF_8)));
        }

        /** This node's number, as those know it that hear it. */
        private long onlyOne(List<Node> hearing) {
            Set<Long> common = new HashSet<>(hearing.get(0).cluster.known());
            hearing.forEach(node -> common.retainAll(node.cluster.known()));
            assertThat(common).hasSize(1);
            return common.iterator().next();
        }

        private List<String> take() {
            List<String> taken = List.copyOf(told);
            told.clear();
            return taken;
        }

        @Override
        public void onObserved(long node, String channel) {
            told.add("observed " + channel);
        }

        @Override
        public void onUnobserved(long node, String channel) {
            told.add("unobserved " + channel);
        }

        @Override
        public void onUnobservedAll(long node) {
            told.add("unobserved");
        }

        @Override
        public void onAll(long node, String channel, Members all) {
            told.add(channel + " " + all.count() + " " + all.clients());
        }

        @Override
        public void onChange(long node, String channel, int count, Members joined, Members left) {
            told.add(channel + " " + count + " +" + joined.clients() + " -" + left.clients());
        }

        @Override
        public void onGone(long node) {
            told.add("gone");
        }

        @Override
        public CompletionStage<Occupancy> occupancy(
                String channel, int maxClients, @Nullable Payer payer) {
            return here;
        }

        @Override
        public void onNodes(int change) {
            others += change;
        }

        @Override
        public void onUnreadable() {
            unreadable++;
        }

        @Override
        public void onResync() {
            resyncs++;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    ClusterTest() {
        pass(STEP);
        nodes.forEach(Node::take);
    }

    private static Item item(String msgId) {
        return new Item.Published(
                new Draft("ephemeral:x", "p", msgId, null, false, "1".getBytes(UTF_8)));
    }

    /** As if this node had sent it. */
    private void inject(long sender, Item... items) {
        bus.inject(
                Batch.message(false, sender, 1, Arrays.stream(items).map(Batch::bytes).toList()));
        bus.pass();
    }

    private void pass(Duration time) {
        bus.pass();
        for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(STEP)) {
            ticker.advance(STEP);
            nodes.forEach(node -> node.wheel.advance(ticker.nanoTime()));
            bus.pass();
        }
    }

    @Test
    void allFindEachOtherAtOnce() {
        assertThat(nodes).allSatisfy(node -> assertThat(node.cluster.known()).hasSize(2));
        assertThat(nodes).allSatisfy(node -> assertThat(node.others).isEqualTo(2));
    }

    @Test
    void theOthersHearWhatANodePublishesInOrder() {
        a.publish("a1");
        a.publish("a2");
        b.publish("b1");
        bus.pass();
        assertThat(a.heard).containsExactly("b1");
        assertThat(b.heard).containsExactly("a1", "a2");
        assertThat(c.heard).containsExactly("a1", "a2", "b1");
    }

    @Test
    void whatThisVersionCannotReadIsCounted() {
        bus.inject(new byte[] {77});
        bus.inject("nobody's".getBytes(UTF_8));
        a.publish("a1");
        bus.pass();
        assertThat(b.heard).containsExactly("a1");
        assertThat(b.unreadable).isEqualTo(2);
    }

    @Test
    void aHubThatThrowsMissesOnlyThat() {
        b.failing = true;
        a.publish("a1");
        bus.pass();
        b.failing = false;
        a.publish("a2");
        bus.pass();
        assertThat(b.heard).containsExactly("a2");
    }

    @Test
    void ofABatchOnlyTheItemIsMissedThatThrows() {
        inject(7, item("a1"), item("thrown"), item("a2"));
        assertThat(b.heard).containsExactly("a1", "a2");
    }

    @Test
    void aWatchIsAnsweredAndChangesFollowUntilTheUnwatch() {
        a.cluster.watch("c");
        bus.pass();
        assertThat(b.take()).containsExactly("observed c");
        long idOfA = a.onlyOne(List.of(b, c));
        b.cluster.tellAll(idOfA, "c", new Members(1, List.of("x")));
        b.cluster.tellChange(
                Set.of(idOfA), "c", 1, new Members(1, List.of("y")), new Members(1, List.of("x")));
        bus.pass();
        assertThat(a.take()).containsExactly("c 1 [x]", "c 1 +[y] -[x]");
        assertThat(c.take()).containsExactly("observed c");
        a.cluster.unwatch("c");
        bus.pass();
        assertThat(b.take()).containsExactly("unobserved c");
    }

    @Test
    void whoIsToldWhatItDoesNotWatchSaysSo() {
        long idOfA = a.onlyOne(List.of(b, c));
        b.cluster.tellAll(idOfA, "c", new Members(1, List.of("x")));
        bus.pass();
        assertThat(a.take()).isEmpty();
        assertThat(b.take()).containsExactly("unobserved c");
        b.cluster.tellChange(
                Set.of(idOfA), "c", 1, new Members(1, List.of("y")), new Members(0, List.of()));
        bus.pass();
        assertThat(a.take()).isEmpty();
        assertThat(b.take()).containsExactly("unobserved c");
    }

    @Test
    void aNodeThatIsHeardNoMoreIsGoneWithinFifteenSecondsAndNotSooner() {
        pass(Duration.ofSeconds(60));
        b.access.cut(true);
        pass(Duration.ofSeconds(6));
        assertThat(a.take()).isEmpty();
        pass(Duration.ofSeconds(8));
        assertThat(a.take()).containsExactly("gone");
        assertThat(c.take()).containsExactly("gone");
        assertThat(b.take()).containsExactly("gone", "gone");
        assertThat(a.others).isEqualTo(1);
        assertThat(b.cluster.known()).isEmpty();
    }

    @Test
    void whenItIsHeardAgainTheyTellEachOtherAnewWhatTheyWatch() {
        a.cluster.watch("of a");
        b.cluster.watch("of b");
        bus.pass();
        nodes.forEach(Node::take);
        b.access.cut(true);
        pass(Duration.ofSeconds(15));
        assertThat(a.take()).containsExactly("gone");
        b.take();
        b.access.cut(false);
        pass(Duration.ofSeconds(5));
        assertThat(a.cluster.known()).hasSize(2);
        assertThat(a.take()).contains("observed of b").doesNotContain("gone");
        assertThat(b.take()).contains("observed of a").doesNotContain("gone");
    }

    /** It sends, so the others do not miss it, but it does not hear them. */
    @Test
    void aNodeThatHearsNothingRenewsItsConnectionsAndIsTrustedAgain() {
        a.cluster.watch("of a");
        bus.pass();
        b.take();
        b.access.deaf = true;
        pass(Duration.ofSeconds(9));
        assertThat(b.access.renewals).isZero();
        pass(Duration.ofSeconds(5));
        assertThat(b.access.renewals).isEqualTo(1);
        pass(Duration.ofSeconds(5));
        assertThat(b.take()).as("it takes part again").endsWith("observed of a");
        assertThat(b.cluster.known()).hasSize(2);
        assertThat(a.take()).doesNotContain("gone");
    }

    /** Only one of the two had lost the other. */
    @Test
    void whoIsFoundAgainIsToldAtOnceWhatIsWatchedAndAsked() {
        a.cluster.watch("of a");
        b.cluster.watch("of b");
        bus.pass();
        b.take();
        for (int i = 0; i < 40 && !b.cluster.known().isEmpty(); i++) {
            b.access.deaf = true;
            pass(STEP);
        }
        b.access.deaf = false;
        a.take();
        a.publish("any");
        bus.pass();
        assertThat(b.take()).contains("gone", "observed of a");
        assertThat(a.take()).contains("observed of b").doesNotContain("gone");
    }

    @Test
    void whoseMessagesComeBackRenewsNothing() {
        pass(Duration.ofSeconds(60));
        assertThat(nodes).allSatisfy(node -> assertThat(node.access.renewals).isZero());
    }

    @Test
    void whatWaitsForANodeThatIsGoneIsDropped() {
        long idOfB = b.onlyOne(List.of(a, c));
        a.access.hanging = true;
        Members one = new Members(1, List.of("x".repeat(10_000)));
        a.cluster.tellAll(idOfB, "c", one);
        long underWay = ledger.book(Account.RINGS).bytes();
        a.cluster.tellAll(idOfB, "c", one);
        assertThat(ledger.book(Account.RINGS).bytes()).isGreaterThan(underWay + 10_000);
        b.access.cut(true);
        pass(Duration.ofSeconds(15));
        assertThat(a.take()).contains("gone");
        assertThat(ledger.book(Account.RINGS).bytes()).isLessThan(underWay + 10_000);
    }

    @Test
    void whatWasLostOnTheWayIsNoticedBySomethingLaterOrByTheNextBeat() {
        a.cluster.watch("of a");
        b.cluster.watch("of b");
        bus.pass();
        nodes.forEach(Node::take);
        long idOfA = a.onlyOne(List.of(b, c));
        bus.losing(() -> true);
        b.cluster.tellAll(idOfA, "of a", new Members(1, List.of("lost")));
        bus.pass();
        bus.losing(() -> false);
        pass(Duration.ofSeconds(5));
        assertThat(a.resyncs).isEqualTo(1);
        assertThat(a.take()).containsSubsequence("unobserved", "observed of b");
        assertThat(b.take()).as("it will tell again").contains("observed of a");
        assertThat(c.resyncs).isZero();
    }

    @Test
    void aNodeThatEndsSaysSo() {
        assertThat(b.cluster.close().toCompletableFuture()).isCompleted();
        bus.pass();
        assertThat(a.take()).containsExactly("gone");
        pass(Duration.ofSeconds(60));
        assertThat(a.take()).isEmpty();
        assertThat(a.cluster.known()).hasSize(1);
        b.publish("late");
        b.cluster.watch("late");
        pass(Duration.ofSeconds(10));
        assertThat(a.heard).isEmpty();
    }

    @Test
    void whatStillComesFromANodeThatHasEndedIsOld() {
        long idOfB = b.onlyOne(List.of(a, c));
        inject(idOfB, new Item.Bye(), new Item.Bye());
        assertThat(a.take()).containsExactly("gone");
        assertThat(a.others).isEqualTo(1);
        inject(idOfB, item("old"));
        assertThat(a.heard).isEmpty();
        assertThat(a.cluster.known()).hasSize(1);
    }

    /** A number is remembered until a hundred others have ended. */
    @Test
    void ofThoseThatHaveEndedOnlyTheLastAreRemembered() {
        for (int id = 1; id <= 101; id++) {
            inject(id, new Item.Bye());
        }
        inject(101, item("of the last"));
        assertThat(a.heard).isEmpty();
        inject(1, item("of the first"));
        assertThat(a.heard).containsExactly("of the first");
    }

    @Test
    void aNodeThatHasEndedHearsNothingAndDoesNothing() {
        b.cluster.close();
        a.publish("a1");
        pass(Duration.ofSeconds(60));
        assertThat(b.heard).isEmpty();
        assertThat(b.access.renewals).isZero();
    }

    /** The timers' thread has brought a tick, which waits behind the end. */
    @Test
    void aTickThatComesWithTheEndIsTheLast() {
        b.access.duringSend =
                () -> {
                    b.access.duringSend = () -> {};
                    b.cluster.close();
                    ticker.advance(Duration.ofSeconds(2));
                    b.wheel.advance(ticker.nanoTime());
                };
        pass(Duration.ofSeconds(60));
        assertThat(b.access.renewals).isZero();
    }

    /**
     * A process that was stopped, or a long collection: what came meanwhile is still to be read.
     */
    @Test
    void aNodeThatStoodStillDoesNotThinkThatTheOthersAreGone() {
        pass(Duration.ofSeconds(30));
        ticker.advance(Duration.ofSeconds(30));
        nodes.forEach(node -> node.wheel.advance(ticker.nanoTime()));
        nodes.forEach(node -> assertThat(node.take()).isEmpty());
        pass(Duration.ofSeconds(30));
        nodes.forEach(node -> assertThat(node.take()).isEmpty());
    }

    // Who is there now?

    private static CompletableFuture<Occupancy> there(int count, String... clients) {
        return CompletableFuture.completedFuture(new Occupancy(count, List.of(clients)));
    }

    @Test
    void whoIsThereIsAskedOfAllNodes() {
        a.here = there(2, "x", "y");
        b.here = there(1, "x");
        c.here = there(3, "z");
        CompletableFuture<Occupancy> answer =
                a.cluster.occupancy("c", 978, null).toCompletableFuture();
        assertThat(answer).isNotDone();
        bus.pass();
        assertThat(answer).isCompletedWithValue(new Occupancy(6, List.of("x", "y", "z")));
        assertThat(ledger.book(Account.NAMES).bytes()).isZero();
        CompletableFuture<Occupancy> few = a.cluster.occupancy("c", 2, null).toCompletableFuture();
        bus.pass();
        assertThat(few.join().count()).isEqualTo(6);
        assertThat(few.join().clients()).hasSize(2);
    }

    @Test
    void aNodeThatDoesNotAnswerIsLeftOutOnlyIfItIsNotHeardEither() {
        a.here = there(1, "x");
        b.here = new CompletableFuture<>();
        CompletableFuture<Occupancy> slow =
                a.cluster.occupancy("c", 978, null).toCompletableFuture();
        pass(Duration.ofSeconds(4));
        assertThat(slow)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(UnavailableException.class);
        b.access.cut(true);
        pass(Duration.ofSeconds(6));
        CompletableFuture<Occupancy> without =
                a.cluster.occupancy("c", 978, null).toCompletableFuture();
        pass(Duration.ofSeconds(4));
        assertThat(without).isCompletedWithValue(new Occupancy(1, List.of("x")));
    }

    @Test
    void thisNodeIsNotLeftOutOfTheAnswer() {
        a.here = new CompletableFuture<>();
        CompletableFuture<Occupancy> slow =
                a.cluster.occupancy("c", 978, null).toCompletableFuture();
        pass(Duration.ofSeconds(4));
        assertThat(slow)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(UnavailableException.class);
    }

    @Test
    void ifThisNodeCannotSayTheAnswerSaysSo() {
        a.here = CompletableFuture.failedFuture(new IllegalStateException("thrown by a test"));
        CompletableFuture<Occupancy> failed =
                a.cluster.occupancy("c", 978, null).toCompletableFuture();
        bus.pass();
        assertThat(failed)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aNodeThatCannotSayIsWaitedForUntilItIsTooLate() {
        b.here = CompletableFuture.failedFuture(new IllegalStateException("thrown by a test"));
        CompletableFuture<Occupancy> without =
                a.cluster.occupancy("c", 978, null).toCompletableFuture();
        bus.pass();
        assertThat(without).isNotDone();
        pass(Duration.ofSeconds(4));
        assertThat(without).isCompletedExceptionally();
    }

    @Test
    void whoIsGoneIsNotWaitedFor() {
        a.here = there(1, "x");
        b.here = new CompletableFuture<>();
        CompletableFuture<Occupancy> answer =
                a.cluster.occupancy("c", 978, null).toCompletableFuture();
        bus.pass();
        b.cluster.close();
        bus.pass();
        assertThat(answer).isCompletedWithValue(new Occupancy(1, List.of("x")));
    }

    @Test
    void onlySoManyAskAtATime() {
        List<CompletableFuture<Occupancy>> answers =
                IntStream.range(0, 65)
                        .mapToObj(
                                i -> a.cluster.occupancy("c" + i, 978, null).toCompletableFuture())
                        .toList();
        assertThat(answers.get(64)).isCompletedExceptionally();
        bus.pass();
        assertThat(answers.subList(0, 64)).allSatisfy(each -> assertThat(each).isCompleted());
    }

    @Test
    void aNodeWithoutOthersAsksNobody() {
        b.cluster.close();
        c.cluster.close();
        bus.pass();
        a.here = there(1, "x");
        assertThat(a.cluster.occupancy("c", 978, null).toCompletableFuture())
                .isCompletedWithValue(new Occupancy(1, List.of("x")));
    }
}
