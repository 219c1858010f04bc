package io.highwater.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.PresenceFixture.Watcher;
import io.highwater.channel.PresenceNodes.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Whatever comes and goes on whichever node, whoever reads slowly, and whichever nodes lose each
 * other: who adds up the events knows who is there, and an event never tells what cancels out. That
 * none comes too soon is checked by the watchers.
 */
final class PresencePropertyTest {
    private static final int NODES = 3;
    private static final int SEATS = 12;
    private static final int WATCHERS = 4;

    private enum What {
        JOIN,
        LEAVE,
        STALL,
        READ,
        PASS,
        PART,
        MEET
    }

    private record Step(What what, int number) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.frequency(
                                Tuple.of(6, What.JOIN),
                                Tuple.of(5, What.LEAVE),
                                Tuple.of(1, What.STALL),
                                Tuple.of(2, What.READ),
                                Tuple.of(6, What.PASS),
                                Tuple.of(1, What.PART),
                                Tuple.of(2, What.MEET)),
                        Arbitraries.integers().between(0, SEATS - 1))
                .as(Step::new)
                .list()
                .ofMaxSize(200);
    }

    @Property(tries = 500)
    void theEventsAddUpToWhoIsThere(@ForAll("steps") List<Step> steps) {
        Scene scene = new Scene();
        for (Step step : steps) {
            scene.play(step);
            scene.check();
        }
        scene.settle();
        assertThat(scene.cluster.nodes)
                .allSatisfy(node -> assertThat(node.fixture.faults).isEmpty());
    }

    /** Confined to one try. */
    private static final class Scene {
        private final PresenceNodes cluster = new PresenceNodes(NODES);

        /**
         * They are spread over the nodes; the first are watchers; three have the same name each.
         */
        private final List<ListSubscriber> subscribers = new ArrayList<>();

        private final List<ListSubscriber> there = new ArrayList<>();
        private final Map<Watcher, Map<String, Integer>> known = new HashMap<>();

        Scene() {
            for (int i = 0; i < SEATS; i++) {
                String name = "c" + i / 3;
                subscribers.add(i < WATCHERS ? fixture(i).watcher(name) : new ListSubscriber(name));
            }
        }

        private Node node(int number) {
            return cluster.nodes.get(number % NODES);
        }

        private PresenceFixture fixture(int number) {
            return node(number).fixture;
        }

        void play(Step step) {
            ListSubscriber subscriber = subscribers.get(step.number);
            switch (step.what) {
                case JOIN -> {
                    fixture(step.number).join(subscriber);
                    there.remove(subscriber);
                    there.add(subscriber);
                }
                case LEAVE -> {
                    fixture(step.number).leave(subscriber);
                    there.remove(subscriber);
                }
                case STALL -> stall(subscriber, true);
                case READ -> stall(subscriber, false);
                case PASS -> cluster.pass(Duration.ofMillis(50L * (1 + step.number)));
                case PART -> cluster.part(node(step.number), node(step.number + 1));
                case MEET -> cluster.meet(node(step.number), node(step.number + 1));
            }
        }

        private static void stall(ListSubscriber subscriber, boolean stalled) {
            if (subscriber instanceof Watcher watcher) {
                watcher.stalled = stalled;
            }
        }

        void check() {
            for (ListSubscriber subscriber : subscribers) {
                if (subscriber instanceof Watcher watcher) {
                    for (PresenceEvent event : watcher.takeEvents()) {
                        add(watcher, event);
                    }
                }
            }
        }

        private void add(Watcher watcher, PresenceEvent event) {
            Map<String, Integer> names =
                    event.snapshot()
                            ? new HashMap<>()
                            : known.getOrDefault(watcher, new HashMap<>());
            assertThat(Collections.disjoint(event.joined().clients(), event.left().clients()))
                    .isTrue();
            assertThat(event.joined().clients()).hasSize(event.joined().count());
            assertThat(event.left().clients()).hasSize(event.left().count());
            assertThat(event.joined().count() + event.left().count()).isPositive();
            event.joined().clients().forEach(name -> names.merge(name, 1, Integer::sum));
            event.left().clients().forEach(name -> names.merge(name, -1, Integer::sum));
            names.values().removeIf(count -> count == 0);
            assertThat(names.values()).allMatch(count -> count > 0);
            assertThat(names.values().stream().mapToInt(Integer::intValue).sum())
                    .isEqualTo(event.count());
            known.put(watcher, names);
        }

        /** All who watch read, all nodes know each other, and time passes. */
        void settle() {
            subscribers.forEach(subscriber -> stall(subscriber, false));
            for (int i = 0; i < NODES; i++) {
                cluster.meet(node(i), node(i + 1));
            }
            cluster.pass(Duration.ofSeconds(3));
            check();
            Map<String, Integer> expected = new HashMap<>();
            there.forEach(each -> expected.merge(each.client(), 1, Integer::sum));
            for (ListSubscriber subscriber : there) {
                if (subscriber instanceof Watcher watcher) {
                    assertThat(known.get(watcher)).isEqualTo(expected);
                }
            }
        }
    }
}
