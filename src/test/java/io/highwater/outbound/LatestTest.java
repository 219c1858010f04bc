package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.RecordingWire;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LatestTest {
    private static final WaterMarks MARKS = new WaterMarks(10, 10_000, 5, 5_000);

    private QueueFixture fixture = new QueueFixture(OverflowPolicy.EVICT, MARKS);

    @AfterEach
    void theWireWasCalledAsItsContractSays() {
        assertThat(fixture.wire.violations()).isEmpty();
    }

    @Test
    void aClientThatReadsAgainGetsTheNewestOfEachKeyAndIsToldTheRest() {
        fixture = new QueueFixture(OverflowPolicy.EVICT, WaterMarks.defaults());
        TestSeries prices = new TestSeries("p", 50);
        fixture.wire.fill();
        Map<String, Long> newest = new LinkedHashMap<>();
        long position = 0;
        while (position < 10_000) {
            // Turns of 1 to 7 updates of 20 keys, in an order that is not the keys'.
            String[] keys = new String[(int) Math.min(1 + position % 7, 10_000 - position)];
            for (int i = 0; i < keys.length; i++) {
                position++;
                keys[i] = "key" + position * 7 % 20;
                newest.remove(keys[i]);
                newest.put(keys[i], position);
            }
            assertThat(fixture.queue.offer(prices.turn(keys), prices))
                    .isEqualTo(OfferResult.ACCEPTED);
            assertThat(fixture.queue.queuedMessages()).isLessThanOrEqualTo(1 + 100);
        }
        fixture.read();

        List<String> received = fixture.wire.messages();
        assertThat(prices.reached(received)).isEqualTo(10_000);
        Map<String, Long> last = new LinkedHashMap<>();
        long skipped = 0;
        for (String text : received) {
            String[] words = text.split(":");
            if (words[0].equals("skipped")) {
                skipped += Long.parseLong(words[4]);
            } else {
                last.remove(words[2]);
                last.put(words[2], Long.parseLong(words[1]));
            }
        }
        assertThat(last).hasSize(20).containsExactlyEntriesOf(newest);
        long got = received.stream().filter(text -> text.startsWith("p:")).count();
        assertThat(got + skipped).isEqualTo(10_000);
        assertThat(got).isBetween(20L, 110L);
        assertThat(fixture.wire.failures()).isEmpty();
        assertThat(fixture.events)
                .allMatch(event -> event.equals("observed dropped LATEST"))
                .isNotEmpty();
    }

    @Test
    void withoutKeysTheNewestAreKept() {
        TestSeries series = new TestSeries("a", 4);
        fixture.wire.fill();
        series.offer(fixture.queue, 11);
        // The first is in flight, the other ten are at the mark.
        assertThat(fixture.queue.queuedMessages()).isEqualTo(11);
        series.offer(fixture.queue, 1);
        assertThat(fixture.queue.queuedMessages()).isEqualTo(5);
        fixture.read();
        assertThat(fixture.wire.messages())
                .containsExactly("a:1:", "skipped:a:2:8:7", "a:9:", "a:10:", "a:11:", "a:12:");
    }

    @Test
    void gapsMergeUpToTheNextKeptAndStandInItsOrder() {
        TestSeries series = new TestSeries("a", 3);
        fixture.wire.fill();
        series.offer(fixture.queue, 1);
        String[] keys = {"x", "y", "x", "x", "z", "y", "z", "z", "z", "z", "z"};
        fixture.queue.offer(series.turn(keys), series);
        fixture.read();
        assertThat(fixture.wire.messages())
                .containsExactly(
                        "a:1:",
                        "skipped:a:2:4:3",
                        "a:5:x",
                        "skipped:a:6:6:1",
                        "a:7:y",
                        "skipped:a:8:11:4",
                        "a:12:z");
    }

    @Test
    void ofMoreKeysThanMayBeKeptTheLastUsedStay() {
        TestSeries series = new TestSeries("a", 2);
        fixture.wire.fill();
        series.offer(fixture.queue, 1);
        fixture.queue.offer(
                series.turn("k", "l", "m", "k", "l", "m", "n", "k", "k", "n", "n"), series);
        fixture.read();
        assertThat(fixture.wire.messages())
                .containsExactly(
                        "a:1:", "skipped:a:2:9:8", "a:10:k", "skipped:a:11:11:1", "a:12:n");
    }

    @Test
    void eachSeriesKeepsItsOwnAndSharesTheMark() {
        TestSeries busy = new TestSeries("busy", 8);
        TestSeries calm = new TestSeries("calm", 8);
        fixture.wire.fill();
        busy.offer(fixture.queue, 1);
        calm.offer(fixture.queue, 2);
        busy.offer(fixture.queue, 40);
        assertThat(fixture.queue.queuedMessages()).isLessThanOrEqualTo(11);
        fixture.read();
        List<String> received = fixture.wire.messages();
        assertThat(received).contains("calm:1:", "calm:2:", "busy:41:");
        assertThat(busy.reached(received)).isEqualTo(41);
        assertThat(calm.reached(received)).isEqualTo(2);
    }

    @Test
    void ofMoreSeriesThanTheMarkTheOldestGo() {
        List<TestSeries> allSeries =
                IntStream.range(0, 30).mapToObj(i -> new TestSeries("l" + i, 5)).toList();
        fixture.wire.fill();
        allSeries.forEach(series -> series.offer(fixture.queue, 1));
        assertThat(fixture.queue.queuedMessages()).isEqualTo(11);
        fixture.read();
        List<String> received = fixture.wire.messages();
        allSeries.forEach(series -> assertThat(series.reached(received)).isEqualTo(1));
        assertThat(received).hasSize(30).endsWith("l28:1:", "l29:1:");
    }

    @Test
    void largeMessagesAreKeptAsFarAsTheBytesGo() {
        TestSeries series = new TestSeries("a", 8);
        String large = "k".repeat(1_900);
        fixture.wire.fill();
        series.offer(fixture.queue, 1);
        for (int i = 0; i < 30; i++) {
            fixture.queue.offer(series.turn(large + i), series);
            assertThat(fixture.queue.queuedBytes()).isLessThanOrEqualTo(10_000 + 10);
        }
        // One alone is kept, though it is above the mark.
        fixture.queue.offer(series.turn("k".repeat(20_000)), series);
        assertThat(fixture.queue.queuedMessages()).isEqualTo(2);
        fixture.read();
        assertThat(series.reached(fixture.wire.messages())).isEqualTo(32);
    }

    @Test
    void repliesStayAndDoNotSufferForWhatMayBeDropped() {
        TestSeries series = new TestSeries("a", 4);
        fixture.wire.fill();
        series.offer(fixture.queue, 6);
        fixture.offerAll(1, 5, OfferResult.ACCEPTED);
        series.offer(fixture.queue, 100);
        fixture.offerAll(6, 10, OfferResult.ACCEPTED);
        assertThat(fixture.wire.failures()).isEmpty();
        fixture.readOnce();
        fixture.read();
        assertThat(fixture.wire.messages())
                .containsSubsequence("1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
        assertThat(series.reached(fixture.wire.messages())).isEqualTo(106);
    }

    @Test
    void tooManyRepliesEvict() {
        TestSeries series = new TestSeries("a", 4);
        fixture.wire.fill();
        series.offer(fixture.queue, 20);
        fixture.offerAll(1, 10, OfferResult.ACCEPTED);
        assertThat(fixture.offer("11")).isEqualTo(OfferResult.CLOSED);
        assertThat(fixture.wire.failures()).hasSize(1);
        assertThat(fixture.queues.queuedBytes()).isZero();
    }

    @Test
    void whatIsInFlightDoesNotCostWhatMayBeKept() {
        TestSeries series = new TestSeries("a", 5);
        fixture.wire.fill();
        // A whole turn of twice the mark goes out at once and sticks.
        fixture.queue.offer(series.turn(keys(20)), series);
        fixture.queue.offer(series.turn("v", "w", "x", "y", "z"), series);
        assertThat(fixture.queue.queuedMessages()).isEqualTo(25);
        assertThat(fixture.offer("reply")).isEqualTo(OfferResult.ACCEPTED);
        fixture.read();
        assertThat(fixture.wire.messages())
                .hasSize(26)
                .noneMatch(text -> text.startsWith("skipped"));
    }

    @Test
    void aSubscriptionThatReplacesAnotherHasGapsOfItsOwn() {
        TestSeries before = new TestSeries("before", 1);
        TestSeries after = new TestSeries("after", 1);
        fixture.wire.fill();
        before.offer(fixture.queue, 4);
        fixture.offer("subscribed");
        fixture.queue.offer(after.turn(keys(20)), after);
        fixture.read();
        assertThat(fixture.wire.messages())
                .containsExactly(
                        "before:1:",
                        "skipped:before:2:3:2",
                        "before:4:",
                        "subscribed",
                        "skipped:after:1:19:19",
                        "after:20:k19");
    }

    @Test
    void aGapIsMadeOnceWhenItIsWrittenUnderNoLock() {
        List<String> made = new ArrayList<>();
        LatestSeries<Long> series =
                new LatestSeries<>() {
                    @Override
                    public int latestCount() {
                        return 1;
                    }

                    @Override
                    public @Nullable OutboundFrame skippedFrame(Long first, Long last, long count) {
                        made.add(first + "-" + last + " " + Thread.holdsLock(fixture.queue));
                        return null;
                    }
                };
        TestSeries source = new TestSeries("a", 1);
        fixture.wire.fill();
        for (int i = 0; i < 100; i++) {
            fixture.queue.offer(source.turn(""), series);
        }
        fixture.queues.retainedBytes();
        assertThat(made).isEmpty();
        fixture.read();
        assertThat(made).hasSize(1).allMatch(text -> text.endsWith("false"));
        // The peer is told nothing: what is sent is what was kept.
        assertThat(fixture.wire.messages()).allMatch(text -> text.startsWith("a:"));
    }

    @Test
    void aGapThatCannotBeMadeEndsTheSession() {
        TestSeries source = new TestSeries("a", 1);
        LatestSeries<Long> series =
                new LatestSeries<>() {
                    @Override
                    public int latestCount() {
                        return 1;
                    }

                    @Override
                    public OutboundFrame skippedFrame(Long first, Long last, long count) {
                        throw new IllegalStateException("a factory that fails on purpose");
                    }
                };
        fixture.wire.fill();
        for (int i = 0; i < 20; i++) {
            fixture.queue.offer(source.turn(""), series);
        }
        fixture.read();
        assertThat(fixture.wire.failures())
                .extracting(RecordingWire.Failure::status)
                .containsExactly(CloseStatus.of(CloseStatus.INTERNAL_ERROR));
        assertThat(fixture.queues.size()).isZero();
    }

    @Test
    void droppingDoesNotMakeASlowPeerAFastOne() {
        TestSeries series = new TestSeries("a", 1);
        fixture.wire.fill();
        series.offer(fixture.queue, 10);
        fixture.ticker.advance(Duration.ofMillis(500), fixture.wheel);
        series.offer(fixture.queue, 2);
        assertThat(fixture.queue.queuedMessages()).isEqualTo(2);
        assertThat(fixture.queue.isWritable()).isFalse();
        fixture.ticker.advance(Duration.ofMillis(500), fixture.wheel);
        assertThat(fixture.queues.slowest(20, fixture.ticker.nanoTime()))
                .extracting(SlowClient::queuedMessages)
                .containsExactly(2);
        fixture.read();
        assertThat(fixture.queue.isWritable()).isTrue();
        assertThat(fixture.queues.slowest(20, fixture.ticker.nanoTime())).isEmpty();
    }

    @Test
    void anEndpointsMessagesAreDroppedWithoutAGapAndItsSendersHearIt() {
        fixture = new QueueFixture(OverflowPolicy.LATEST, new WaterMarks(4, 10_000, 1, 5_000));
        fixture.wire.fill();
        fixture.offerAll(1, 5, OfferResult.ACCEPTED);
        SendCompletion none = null;
        fixture.queue.offer(OutboundFrame.text("old"), "k", fixture.completion("old"));
        fixture.queue.offer(OutboundFrame.text("new"), "k", none);
        // 50 of them would be above the mark, and so would 25, 12 and 6.
        assertThat(fixture.failed()).containsExactly("2", "3");
        fixture.queue.offer(OutboundFrame.text("newer"), "k", none);
        fixture.read();
        assertThat(fixture.wire.messages()).containsExactly("1", "4", "5", "newer");
        assertThat(fixture.failed()).containsExactly("2", "3", "old");
        assertThat(fixture.written()).containsExactly("1", "4", "5");
    }

    @Test
    void anEndpointsFragmentsAreNotDropped() {
        fixture = new QueueFixture(OverflowPolicy.LATEST, new WaterMarks(4, 10_000, 1, 5_000));
        fixture.wire.fill();
        fixture.offer("1");
        fixture.queue.offer(fragment(Opcode.TEXT, OutboundFrame.Fin.MORE, "be"));
        fixture.queue.offer(fragment(Opcode.CONTINUATION, OutboundFrame.Fin.LAST, "gin"));
        fixture.offerAll(2, 30, OfferResult.ACCEPTED);
        fixture.read();
        assertThat(fixture.wire.messages())
                .startsWith("1", "be", "gin")
                .endsWith("30")
                .hasSizeLessThan(8);
    }

    private static OutboundFrame fragment(Opcode opcode, OutboundFrame.Fin fin, String text) {
        return OutboundFrame.fragment(
                opcode,
                fin,
                ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private static String[] keys(int count) {
        return IntStream.range(0, count).mapToObj(i -> "k" + i).toArray(String[]::new);
    }
}
