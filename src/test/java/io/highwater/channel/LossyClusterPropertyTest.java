package io.highwater.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.PresenceFixture.Watcher;
import io.highwater.cluster.Cluster;
import io.highwater.cluster.ClusterNode;
import io.highwater.cluster.ClusterObserver;
import io.highwater.cluster.MemoryBus;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Nodes on a bus that loses a part of the messages, and cuts nodes off: once it is whole again,
 * whoever adds up what it was told knows who is there, without zombies, and so does whoever asks.
 */
final class LossyClusterPropertyTest {
    private static final int NODES = 3;
    private static final int SEATS = 9;
    private static final int WATCHERS = 3;
    private static final Duration STEP = Duration.ofMillis(50);

    private enum What {
        JOIN,
        LEAVE,
        PASS,
        CUT,
        JOIN_UP
    }

    private record Step(What what, int number) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.frequency(
                                Tuple.of(6, What.JOIN),
                                Tuple.of(4, What.LEAVE),
                                Tuple.of(6, What.PASS),
                                Tuple.of(1, What.CUT),
                                Tuple.of(2, What.JOIN_UP)),
                        Arbitraries.integers().between(0, SEATS - 1))
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }

    @Property(tries = 100)
    void whoAddsUpKnowsWhoIsThere(
            @ForAll("steps") List<Step> steps, @ForAll long seed, @ForAll boolean lossy) {
        Scene scene = new Scene();
        SplittableRandom random = new SplittableRandom(seed);
        scene.bus.losing(() -> lossy && random.nextInt(4) == 0);
        steps.forEach(scene::play);
        scene.settle();
    }

    /** Confined to one try. */
    private static final class Scene {
        private final FakeTicker ticker = new FakeTicker();
        private final MemoryBus bus = new MemoryBus();
        private final List<Node> nodes = new ArrayList<>();
        private final List<ListSubscriber> subscribers = new ArrayList<>();
        private final List<ListSubscriber> there = new ArrayList<>();
        private final Map<Watcher, Map<String, Integer>> known = new HashMap<>();

        private final class Node {
            private final MemoryBus.Node access = bus.node();
            private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
            private final Cluster cluster =
                    new Cluster(
                            access,
                            new ClusterNode(
                                    Ledger.unbounded().book(Account.RINGS),
                                    Ledger.unbounded().book(Account.NAMES),
                                    ticker,
                                    wheel,
                                    ClusterObserver.NONE,
                                    LogLimit.none()));
            private final PresenceFixture fixture = new PresenceFixture(ticker, cluster);

            private Node() {
                var unused = cluster.start(fixture.hub);
            }
        }

        Scene() {
            for (int i = 0; i < NODES; i++) {
                nodes.add(new Node());
            }
            for (int i = 0; i < SEATS; i++) {
                String name = "c" + i / 2;
                subscribers.add(
                        i < WATCHERS ? node(i).fixture.watcher(name) : new ListSubscriber(name));
            }
            pass(Duration.ofSeconds(1));
        }

        private Node node(int number) {
            return nodes.get(number % NODES);
        }

        private void pass(Duration time) {
            for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(STEP)) {
                ticker.advance(STEP);
                for (Node node : nodes) {
                    node.wheel.advance(ticker.nanoTime());
                    node.fixture.wheel.advance(ticker.nanoTime());
                    node.fixture.shard.runAll();
                }
                bus.pass();
                nodes.forEach(node -> node.fixture.shard.runAll());
            }
            for (ListSubscriber subscriber : subscribers) {
                if (subscriber instanceof Watcher watcher) {
                    watcher.takeEvents().forEach(event -> add(watcher, event));
                }
            }
        }

        void play(Step step) {
            ListSubscriber subscriber = subscribers.get(step.number);
            Node node = node(step.number);
            switch (step.what) {
                case JOIN -> {
                    node.fixture.join(subscriber);
                    there.remove(subscriber);
                    there.add(subscriber);
                }
                case LEAVE -> {
                    node.fixture.leave(subscriber);
                    there.remove(subscriber);
                }
                case PASS -> pass(Duration.ofMillis(400L * step.number));
                case CUT -> node.access.cut(true);
                case JOIN_UP -> node.access.cut(false);
            }
        }

        private void add(Watcher watcher, PresenceEvent event) {
            Map<String, Integer> names =
                    event.snapshot()
                            ? new HashMap<>()
                            : known.getOrDefault(watcher, new HashMap<>());
            event.joined().clients().forEach(name -> names.merge(name, 1, Integer::sum));
            event.left().clients().forEach(name -> names.merge(name, -1, Integer::sum));
            names.values().removeIf(count -> count == 0);
            assertThat(names.values().stream().mapToInt(Integer::intValue).sum())
                    .isEqualTo(event.count());
            known.put(watcher, names);
        }

        void settle() {
            bus.losing(() -> false);
            nodes.forEach(node -> node.access.cut(false));
            pass(Duration.ofSeconds(25));
            Map<String, Integer> expected = new HashMap<>();
            there.forEach(each -> expected.merge(each.client(), 1, Integer::sum));
            for (ListSubscriber subscriber : there) {
                if (subscriber instanceof Watcher watcher) {
                    assertThat(known.get(watcher)).isEqualTo(expected);
                }
            }
            for (Node node : nodes) {
                var asked = node.cluster.occupancy("c", 978, null).toCompletableFuture();
                pass(STEP.multipliedBy(4));
                assertThat(asked)
                        .isCompletedWithValue(
                                new Occupancy(
                                        there.size(),
                                        expected.keySet().stream().sorted().toList()));
            }
        }
    }
}
