package io.highwater.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.PresenceFixture.Watcher;
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
 * Whatever comes and goes, and whoever reads slowly: who adds up the events knows who is there, and
 * an event never tells what cancels out. That none comes too soon is checked by the watchers.
 */
final class PresencePropertyTest {
    private static final int SEATS = 8;
    private static final int WATCHERS = 2;

    private enum What {
        JOIN,
        LEAVE,
        STALL,
        READ,
        PASS
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
                                Tuple.of(6, What.PASS)),
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
        assertThat(scene.fixture.faults).isEmpty();
    }

    /** Confined to one try. */
    private static final class Scene {
        private final PresenceFixture fixture = new PresenceFixture();

        /** The first are watchers; two have the same name each. */
        private final List<ListSubscriber> subscribers = new ArrayList<>();

        private final List<ListSubscriber> there = new ArrayList<>();
        private final Map<Watcher, Map<String, Integer>> known = new HashMap<>();

        Scene() {
            for (int i = 0; i < SEATS; i++) {
                String name = "c" + i / 2;
                subscribers.add(i < WATCHERS ? fixture.watcher(name) : new ListSubscriber(name));
            }
        }

        void play(Step step) {
            ListSubscriber subscriber = subscribers.get(step.number);
            switch (step.what) {
                case JOIN -> {
                    fixture.join(subscriber);
                    there.remove(subscriber);
                    there.add(subscriber);
                }
                case LEAVE -> {
                    fixture.leave(subscriber);
                    there.remove(subscriber);
                }
                case STALL -> stall(subscriber, true);
                case READ -> stall(subscriber, false);
                case PASS -> fixture.pass(Duration.ofMillis(50L * (1 + step.number)));
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

        /** All who watch read, and time passes. */
        void settle() {
            subscribers.forEach(subscriber -> stall(subscriber, false));
            fixture.pass(Duration.ofSeconds(2));
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
