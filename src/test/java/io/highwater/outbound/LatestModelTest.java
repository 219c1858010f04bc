package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.OutboundFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * LATEST against a model that knows the rule and not how it is kept. Whatever turns and replies are
 * offered to whatever peer: the queue holds what the model holds; each series reaches the peer as
 * messages and notices whose positions leave nothing out and nothing twice; a reply keeps its place
 * and is never dropped.
 */
final class LatestModelTest {
    private static final WaterMarks MARKS = new WaterMarks(8, 600, 3, 200);
    private static final int[] LATEST_COUNTS = {4, 1, 9};

    private enum Kind {
        TURN,
        TURN_TO_SLOW_PEER,
        REPLY,
        REPLY_TO_SLOW_PEER,
        READ_ONE_WRITE,
        READ_ALL
    }

    /** A message of a turn; a key of 0 is none. */
    private record Sent(int key, int bytes) {}

    private record Action(Kind kind, int series, List<Sent> turn) {}

    @Provide
    Arbitrary<List<Action>> actions() {
        Arbitrary<Kind> kinds =
                Arbitraries.frequency(
                        Tuple.of(3, Kind.TURN),
                        Tuple.of(30, Kind.TURN_TO_SLOW_PEER),
                        Tuple.of(1, Kind.REPLY),
                        Tuple.of(5, Kind.REPLY_TO_SLOW_PEER),
                        Tuple.of(5, Kind.READ_ONE_WRITE),
                        Tuple.of(1, Kind.READ_ALL));
        Arbitrary<Integer> sizes =
                Arbitraries.frequencyOf(
                        Tuple.of(30, Arbitraries.integers().between(20, 70)),
                        Tuple.of(1, Arbitraries.integers().between(500, 700)));
        Arbitrary<List<Sent>> turns =
                Combinators.combine(Arbitraries.integers().between(0, 6), sizes)
                        .as(Sent::new)
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(12);
        return Combinators.combine(
                        kinds, Arbitraries.integers().between(0, LATEST_COUNTS.length - 1), turns)
                .as(Action::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(80);
    }

    @Property(tries = 2000)
    void whatIsKeptAndWhatIsSkippedIsWhatWasOffered(@ForAll("actions") List<Action> actions) {
        Run run = new Run();
        for (Action action : actions) {
            run.perform(action);
            run.check();
        }
        run.finish();
    }

    /**
     * A route's own LATEST, which tells nothing of what it skips: each send is answered once; what
     * is written comes in order; what is not was dropped for the newer; the newest of all is there.
     */
    @Property(tries = 1000)
    void eachSendOfAnEndpointIsAnsweredOnce(@ForAll("actions") List<Action> actions) {
        QueueFixture fixture = new QueueFixture(OverflowPolicy.LATEST, MARKS);
        boolean[] slow = new boolean[1];
        fixture.wire.takes(() -> !slow[0]);
        int offers = 0;
        for (Action action : actions) {
            slow[0] = action.kind() != Kind.TURN && action.kind() != Kind.READ_ALL;
            if (action.kind() == Kind.READ_ALL || action.kind() == Kind.READ_ONE_WRITE) {
                fixture.readOnce();
            } else {
                for (Sent sent : action.turn()) {
                    String text = "%05d".formatted(offers++) + ".".repeat(sent.bytes());
                    String key = sent.key() == 0 ? null : "k" + sent.key();
                    assertThat(
                                    fixture.queue.offer(
                                            OutboundFrame.text(text),
                                            key,
                                            fixture.completion(text)))
                            .isEqualTo(OfferResult.ACCEPTED);
                }
            }
            assertThat(fixture.wire.violations()).isEmpty();
        }
        slow[0] = false;
        fixture.readOnce();
        List<String> written = fixture.written();
        assertThat(written).isEqualTo(fixture.wire.messages()).isSorted();
        Set<String> answered = new HashSet<>(written);
        answered.addAll(fixture.failed());
        assertThat(answered).hasSize(offers);
        assertThat(written.size() + fixture.failed().size()).isEqualTo(offers);
        if (offers > 0) {
            assertThat(written.get(written.size() - 1)).startsWith("%05d".formatted(offers - 1));
        }
        assertThat(fixture.queues.queuedBytes()).isZero();
        assertThat(fixture.queues.size()).isZero();
    }

    /** What waits in the model: a message of a series at a position, or a reply (series -1). */
    private record Item(int series, long position, int key, String text, int bytes) {}

    private static final class Run {
        private final QueueFixture fixture = new QueueFixture(OverflowPolicy.EVICT, MARKS);
        private final List<Series> allSeries = new ArrayList<>();
        private final long[] offered = new long[LATEST_COUNTS.length];
        private final Map<String, Item> items = new HashMap<>();
        private final List<String> replies = new ArrayList<>();
        private List<Item> waiting = new ArrayList<>();
        private List<Item> inFlight = new ArrayList<>();
        private int messagesRead;
        private boolean slow;
        private boolean ended;

        Run() {
            for (int i = 0; i < LATEST_COUNTS.length; i++) {
                allSeries.add(new Series(i, LATEST_COUNTS[i]));
            }
            fixture.wire.takes(() -> !slow);
        }

        void perform(Action action) {
            switch (action.kind()) {
                case TURN -> turn(action, false);
                case TURN_TO_SLOW_PEER -> turn(action, true);
                case REPLY -> reply(action.turn().get(0).bytes(), false);
                case REPLY_TO_SLOW_PEER -> reply(action.turn().get(0).bytes(), true);
                case READ_ONE_WRITE -> read(true);
                case READ_ALL -> read(false);
            }
        }

        private void turn(Action action, boolean slowPeer) {
            slow = slowPeer;
            int series = action.series();
            List<TurnMessage<Long>> parts = new ArrayList<>();
            List<Item> added = new ArrayList<>();
            for (Sent sent : action.turn()) {
                long position = ++offered[series];
                Item item = item(series, position, sent);
                added.add(item);
                parts.add(
                        new TurnMessage<>(
                                OutboundFrame.text(item.text()),
                                sent.key() == 0 ? null : "k" + sent.key(),
                                position));
            }
            OfferResult result =
                    fixture.queue.offer(OutboundTurn.of(parts, 1), allSeries.get(series));
            assertThat(result).isEqualTo(ended ? OfferResult.CLOSED : OfferResult.ACCEPTED);
            if (ended) {
                return;
            }
            if (isIdle()) {
                direct(added);
            } else {
                waiting.addAll(added);
                thin();
            }
        }

        private void reply(int bytes, boolean slowPeer) {
            slow = slowPeer;
            Item item = item(-1, replies.size(), new Sent(0, bytes));
            boolean evicted = false;
            if (!ended && !isIdle()) {
                List<Item> kept =
                        new ArrayList<>(
                                inFlight.stream().filter(each -> each.series() < 0).toList());
                kept.addAll(waiting.stream().filter(each -> each.series() < 0).toList());
                kept.add(item);
                evicted = kept.size() > 1 && isAbove(kept);
            }
            boolean closed = ended || evicted;
            assertThat(fixture.queue.offer(OutboundFrame.text(item.text())))
                    .isEqualTo(closed ? OfferResult.CLOSED : OfferResult.ACCEPTED);
            if (closed) {
                ended = true;
                waiting.clear();
                inFlight.clear();
                return;
            }
            replies.add(item.text());
            if (isIdle()) {
                direct(List.of(item));
            } else {
                waiting.add(item);
                thin();
            }
        }

        private Item item(int series, long position, Sent sent) {
            String text = (series < 0 ? "r" : "m" + series) + ":" + position + ":";
            text += ".".repeat(Math.max(0, sent.bytes() - text.length()));
            int bytes = OutboundFrame.text(text).bytes();
            Item item = new Item(series, position, sent.key(), text, bytes);
            items.put(text, item);
            return item;
        }

        private boolean isIdle() {
            return waiting.isEmpty() && inFlight.isEmpty();
        }

        private void direct(List<Item> written) {
            inFlight = slow ? new ArrayList<>(written) : new ArrayList<>();
            messagesRead = fixture.wire.messages().size();
        }

        private void read(boolean once) {
            slow = once;
            fixture.readOnce();
            List<String> now = fixture.wire.messages();
            List<Item> written =
                    now.subList(messagesRead, now.size()).stream()
                            .filter(text -> !text.startsWith("skipped"))
                            .map(items::get)
                            .toList();
            if (!ended && !isIdle()) {
                // However many were written at once, they are the oldest of what waited.
                assertThat(written).isEqualTo(waiting.subList(0, written.size()));
                waiting = new ArrayList<>(waiting.subList(written.size(), waiting.size()));
                inFlight = slow ? new ArrayList<>(written) : new ArrayList<>();
            }
            messagesRead = now.size();
        }

        /** The rule, as OverflowPolicy and Thinning state it. */
        private void thin() {
            if (!isAbove(waiting)) {
                return;
            }
            List<Item> kept = waiting;
            for (int shift = 0; shift < 4; shift++) {
                kept = newest(shift);
                if (!isAbove(kept)) {
                    break;
                }
            }
            for (Item oldest : List.copyOf(kept)) {
                boolean last = oldest == kept.get(kept.size() - 1);
                if (isAbove(kept) && oldest.series() >= 0 && !last) {
                    kept.remove(oldest);
                }
            }
            waiting = kept;
        }

        private List<Item> newest(int shift) {
            List<Item> kept = new ArrayList<>();
            int[] count = new int[LATEST_COUNTS.length];
            Set<List<Integer>> keys = new HashSet<>();
            for (int i = waiting.size() - 1; i >= 0; i--) {
                Item item = waiting.get(i);
                if (item.series() < 0) {
                    kept.add(0, item);
                } else if (count[item.series()] < Math.max(1, LATEST_COUNTS[item.series()] >> shift)
                        && (item.key() == 0 || keys.add(List.of(item.series(), item.key())))) {
                    count[item.series()]++;
                    kept.add(0, item);
                }
            }
            return kept;
        }

        private static boolean isAbove(List<Item> some) {
            return some.size() > MARKS.highMessages() || bytes(some) > MARKS.highBytes();
        }

        private static long bytes(List<Item> some) {
            return some.stream().mapToLong(Item::bytes).sum();
        }

        void check() {
            assertThat(fixture.wire.violations()).isEmpty();
            assertThat(fixture.queue.queuedMessages()).isEqualTo(waiting.size() + inFlight.size());
            assertThat(fixture.queue.queuedBytes()).isEqualTo(bytes(waiting) + bytes(inFlight));
            assertThat(fixture.queues.queuedBytes()).isEqualTo(fixture.queue.queuedBytes());
            assertThat(fixture.queues.size()).isEqualTo(isIdle() ? 0 : 1);
            checkWire();
        }

        private long[] checkWire() {
            long[] reached = new long[LATEST_COUNTS.length];
            List<String> repliesRead = new ArrayList<>();
            for (String text : fixture.wire.messages()) {
                String[] words = text.split(":");
                if (text.startsWith("r")) {
                    repliesRead.add(text);
                } else if (text.startsWith("m")) {
                    int series = words[0].charAt(1) - '0';
                    assertThat(Long.parseLong(words[1])).isEqualTo(++reached[series]);
                } else {
                    int series = Integer.parseInt(words[1]);
                    long first = Long.parseLong(words[2]);
                    long last = Long.parseLong(words[3]);
                    long count = Long.parseLong(words[4]);
                    assertThat(first).as(text).isEqualTo(reached[series] + 1);
                    assertThat(last - first + 1).as(text).isEqualTo(count).isPositive();
                    reached[series] = last;
                }
            }
            assertThat(repliesRead).isEqualTo(replies.subList(0, repliesRead.size()));
            return reached;
        }

        void finish() {
            if (ended) {
                assertThat(fixture.wire.failures()).hasSize(1);
                return;
            }
            read(false);
            check();
            assertThat(checkWire()).isEqualTo(offered);
            assertThat(fixture.queue.queuedMessages()).isZero();
            assertThat(fixture.account.bytes()).isZero();
        }
    }

    private record Series(int number, int latestCount) implements LatestSeries<Long> {
        @Override
        public @Nullable OutboundFrame skippedFrame(Long first, Long last, long count) {
            return OutboundFrame.text("skipped:" + number + ":" + first + ":" + last + ":" + count);
        }
    }
}
