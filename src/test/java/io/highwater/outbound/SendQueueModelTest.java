package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * The queue against a model that knows only what was offered, what the wire was given and the
 * rules: whatever happens in whatever order, offers answer as the marks say, and each accepted
 * message is written once and in order, or fails once.
 */
final class SendQueueModelTest {
    private static final WaterMarks MARKS = new WaterMarks(6, 600, 2, 200);

    /** What may happen; {@code number} is a size, or tells whether the wire is full. */
    private enum Kind {
        OFFER,
        OFFER_TO_SLOW_PEER,
        READ_ONE_WRITE,
        READ_ALL,
        CLOSE,
        SESSION_CLOSED
    }

    private record Action(Kind kind, int bytes) {}

    @Provide
    Arbitrary<List<Action>> actions() {
        Arbitrary<Kind> kinds =
                Arbitraries.frequency(
                        Tuple.of(10, Kind.OFFER),
                        Tuple.of(40, Kind.OFFER_TO_SLOW_PEER),
                        Tuple.of(12, Kind.READ_ONE_WRITE),
                        Tuple.of(3, Kind.READ_ALL),
                        Tuple.of(1, Kind.CLOSE),
                        Tuple.of(1, Kind.SESSION_CLOSED));
        Arbitrary<Integer> sizes =
                Arbitraries.frequencyOf(
                        Tuple.of(20, Arbitraries.integers().between(8, 120)),
                        Tuple.of(2, Arbitraries.integers().between(590, 610)),
                        Tuple.of(1, Arbitraries.integers().between(1100, 1300)));
        return net.jqwik.api.Combinators.combine(kinds, sizes)
                .as(Action::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(120);
    }

    /** Those that keep all they have taken; LATEST has a model of its own. */
    @Provide
    Arbitrary<OverflowPolicy> policies() {
        return Arbitraries.of(OverflowPolicy.EVICT, OverflowPolicy.PAUSE);
    }

    @Property(tries = 1500)
    void aMessageIsWrittenOnceAndInOrderOrFailsOnce(
            @ForAll("policies") OverflowPolicy policy, @ForAll("actions") List<Action> actions) {
        Run run = new Run(policy);
        for (Action action : actions) {
            run.perform(action);
            run.check();
        }
        run.fixture.queue.onClosed();
        run.checkEnd();
    }

    private static final class Run {
        final QueueFixture fixture;
        private final OverflowPolicy policy;
        private final List<String> accepted = new ArrayList<>();
        private final Map<String, Integer> bytes = new HashMap<>();
        private int offers;
        private boolean slow;
        private boolean above;
        private boolean closing;
        private boolean ended;

        Run(OverflowPolicy policy) {
            this.policy = policy;
            fixture = new QueueFixture(policy, MARKS);
            fixture.wire.takes(() -> !slow);
        }

        void perform(Action action) {
            switch (action.kind()) {
                case OFFER -> offer(action.bytes(), false);
                case OFFER_TO_SLOW_PEER -> offer(action.bytes(), true);
                case READ_ONE_WRITE -> read(true);
                case READ_ALL -> read(false);
                case CLOSE -> close();
                case SESSION_CLOSED -> {
                    fixture.queue.onClosed();
                    ended = true;
                }
            }
        }

        private void offer(int size, boolean slowPeer) {
            slow = slowPeer;
            String name = "%07d".formatted(offers++);
            String text = name + ".".repeat(size - name.length());
            OutboundFrame frame = OutboundFrame.text(text);
            bytes.put(text, frame.bytes());
            OfferResult expected = expected(frame.bytes());
            assertThat(fixture.offer(text)).as("offer of %s bytes", size).isEqualTo(expected);
            if (expected == OfferResult.ACCEPTED || expected == OfferResult.ABOVE_HIGH_WATER) {
                accepted.add(text);
            }
        }

        private OfferResult expected(int size) {
            if (ended || closing) {
                return OfferResult.CLOSED;
            }
            int messages = waiting().size() + 1;
            long sum = sum(waiting()) + size;
            boolean over = messages > MARKS.highMessages() || sum > MARKS.highBytes();
            boolean alone = messages == 1;
            if (alone && !slow) {
                return OfferResult.ACCEPTED;
            }
            if (policy == OverflowPolicy.EVICT) {
                ended = over && !alone;
                return ended ? OfferResult.CLOSED : OfferResult.ACCEPTED;
            }
            boolean tooMuch = messages > 2 * MARKS.highMessages() || sum > 2 * MARKS.highBytes();
            if (over && tooMuch && !alone) {
                return OfferResult.DROPPED;
            }
            above |= over;
            return above ? OfferResult.ABOVE_HIGH_WATER : OfferResult.ACCEPTED;
        }

        private void read(boolean once) {
            slow = once;
            fixture.readOnce();
            List<String> waiting = waiting();
            if (waiting.size() <= MARKS.lowMessages() && sum(waiting) <= MARKS.lowBytes()) {
                above = false;
            }
            ended |= closing && waiting.isEmpty();
        }

        private void close() {
            fixture.queue.close(CloseStatus.of(CloseStatus.NORMAL));
            if (!closing && !ended) {
                closing = true;
                ended = waiting().isEmpty();
            }
        }

        /** Accepted, and not yet taken whole by the wire. */
        private List<String> waiting() {
            if (ended) {
                return List.of();
            }
            return accepted.subList(fixture.written().size(), accepted.size());
        }

        private long sum(List<String> texts) {
            return texts.stream().mapToLong(bytes::get).sum();
        }

        void check() {
            assertThat(fixture.wire.violations()).isEmpty();
            List<String> onWire = fixture.wire.messages();
            assertThat(onWire).isEqualTo(accepted.subList(0, onWire.size()));
            assertThat(fixture.written()).isEqualTo(onWire.subList(0, fixture.written().size()));
            List<String> waiting = waiting();
            assertThat(fixture.queue.queuedMessages()).isEqualTo(waiting.size());
            assertThat(fixture.queue.queuedBytes()).isEqualTo(sum(waiting));
            assertThat(fixture.queues.queuedBytes()).isEqualTo(sum(waiting));
            assertThat(fixture.queues.size()).isEqualTo(waiting.isEmpty() ? 0 : 1);
            List<String> told =
                    fixture.events.stream()
                            .filter(event -> event.equals("above") || event.equals("below"))
                            .toList();
            for (int i = 0; i < told.size(); i++) {
                assertThat(told.get(i)).isEqualTo(i % 2 == 0 ? "above" : "below");
            }
            if (!ended) {
                assertThat(told.size() % 2 == 1).as("last told: above").isEqualTo(above);
            }
        }

        void checkEnd() {
            ended = true;
            check();
            List<String> answered = new ArrayList<>(fixture.written());
            answered.addAll(fixture.failed());
            assertThat(answered).doesNotHaveDuplicates().hasSize(offers);
            assertThat(fixture.account.bytes()).isZero();
        }
    }
}
