package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.RecordingWire.Failure;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.OutboundFrame.Fin;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits while a message is sent in parts, and for how long. */
final class MessageInPartsTest {
    private static final WaterMarks MARKS = new WaterMarks(10, 10_000, 5, 5_000);
    private static final CloseStatus BYE = new CloseStatus(CloseStatus.GOING_AWAY, "bye");
    private static final Failure UNFINISHED =
            new Failure(
                    new CloseStatus(1011, "a message in parts was not finished"),
                    Duration.ofSeconds(2));

    private QueueFixture fixture = new QueueFixture(OverflowPolicy.EVICT, MARKS);
    private final Parts message = new Parts();

    @AfterEach
    void theWireWasCalledAsItsContractSays() {
        assertThat(fixture.wire.violations()).isEmpty();
    }

    private OfferResult part(Parts of, Opcode opcode, Fin fin, String text) {
        OutboundFrame frame = OutboundFrame.fragment(opcode, fin, ByteBuffer.wrap(text.getBytes()));
        return fixture.queue.offerPart(of, frame, fixture.completion(text));
    }

    private OfferResult first(String text) {
        return part(message, Opcode.TEXT, Fin.MORE, text);
    }

    private OfferResult more(String text) {
        return part(message, Opcode.CONTINUATION, Fin.MORE, text);
    }

    private OfferResult last(String text) {
        return part(message, Opcode.CONTINUATION, Fin.LAST, text);
    }

    @Test
    void othersWaitForTheLastPart() {
        first("a");
        assertThat(fixture.offer("X")).isEqualTo(OfferResult.ACCEPTED);
        Broadcast.offer(OutboundFrame.text("Y").broadcast(), List.of(fixture.queue));
        assertThat(fixture.queue.queuedMessages()).isEqualTo(2);
        more("b");
        assertThat(fixture.wire.messages()).containsExactly("a", "b");
        last("c");
        assertThat(fixture.wire.messages()).containsExactly("a", "b", "c", "X", "Y");
        assertThat(fixture.written()).containsExactly("a", "b", "c", "X");
        assertThat(fixture.queue.queuedMessages()).isZero();
        assertThat(fixture.queues.size()).isZero();
        assertThat(fixture.offer("Z")).isEqualTo(OfferResult.ACCEPTED);
    }

    @Test
    void whatWasQueuedBeforeGoesBeforeAndWhatComesAfterBehind() {
        fixture.wire.fill();
        fixture.offer("1");
        fixture.offer("2");
        first("a");
        fixture.offer("3");
        more("b");
        fixture.offer("4");
        fixture.read();
        assertThat(fixture.wire.messages()).containsExactly("1", "2", "a", "b");
        last("c");
        assertThat(fixture.wire.messages()).containsExactly("1", "2", "a", "b", "c", "3", "4");
    }

    @Test
    void aSecondMessageInPartsWaitsForTheFirst() {
        Parts other = new Parts();
        first("a");
        part(other, Opcode.TEXT, Fin.MORE, "A");
        fixture.offer("X");
        part(other, Opcode.CONTINUATION, Fin.MORE, "B");
        last("b");
        assertThat(fixture.wire.messages()).containsExactly("a", "b", "A", "B");
        part(other, Opcode.CONTINUATION, Fin.LAST, "C");
        assertThat(fixture.wire.messages()).containsExactly("a", "b", "A", "B", "C", "X");
    }

    @Test
    void anyOrderOfOffersKeepsMessagesWhole() {
        for (int seed = 0; seed < 300; seed++) {
            fixture = new QueueFixture(OverflowPolicy.EVICT, new WaterMarks(999, 99_999, 5, 5_000));
            Random random = new Random(seed);
            fixture.wire.takes(random::nextBoolean);
            Parts[] parts = new Parts[3];
            for (int step = 0; step < 60; step++) {
                int who = random.nextInt(5);
                if (who == 4) {
                    fixture.readOnce();
                } else if (who == 3) {
                    fixture.offer("x");
                } else {
                    boolean begins = parts[who] == null;
                    parts[who] = begins ? new Parts() : parts[who];
                    boolean ends = random.nextInt(3) == 0;
                    part(
                            parts[who],
                            begins ? Opcode.TEXT : Opcode.CONTINUATION,
                            ends ? Fin.LAST : Fin.MORE,
                            String.valueOf(who));
                    parts[who] = ends ? null : parts[who];
                }
            }
            for (int who = 0; who < 3; who++) {
                if (parts[who] != null) {
                    part(parts[who], Opcode.CONTINUATION, Fin.LAST, String.valueOf(who));
                }
            }
            while (fixture.queue.queuedMessages() > 0) {
                fixture.readOnce();
            }
            String all = String.join("", fixture.wire.messages());
            assertThat(whole(fixture.wire.messages())).as("seed %s: %s", seed, all).isTrue();
            assertThat(fixture.queues.size()).isZero();
        }
    }

    /** Whether no message begins within another one: told by who sent the frames. */
    private boolean whole(List<String> texts) {
        List<Integer> firstBytes = fixture.wire.firstBytes();
        int open = -1;
        for (int i = 0; i < firstBytes.size(); i++) {
            boolean continues = (firstBytes.get(i) & 0xF) == Opcode.CONTINUATION.code();
            if (continues != (open >= 0) || (continues && open != texts.get(i).charAt(0))) {
                return false;
            }
            open = firstBytes.get(i) > 0x7F ? -1 : texts.get(i).charAt(0);
        }
        return open < 0;
    }

    @Test
    void thePolicyActsOnWhatWaits() {
        first("a");
        fixture.offerAll(1, 10, OfferResult.ACCEPTED);
        assertThat(fixture.offer("11")).isEqualTo(OfferResult.CLOSED);
        assertThat(fixture.wire.failures()).hasSize(1);
        assertThat(fixture.failed()).hasSize(11);
    }

    @Test
    void latestDropsOfWhatWaitsAndNoPart() {
        fixture = new QueueFixture(OverflowPolicy.LATEST, MARKS);
        first("a");
        fixture.offerAll(1, 100, OfferResult.ACCEPTED);
        assertThat(fixture.queue.queuedMessages()).isLessThanOrEqualTo(10);
        more("b");
        last("c");
        assertThat(fixture.wire.messages()).startsWith("a", "b", "c").endsWith("100");
    }

    @Test
    void pauseHoldsItsProducersBack() {
        fixture = new QueueFixture(OverflowPolicy.PAUSE, MARKS);
        first("a");
        fixture.offerAll(1, 10, OfferResult.ACCEPTED);
        assertThat(fixture.offer("11")).isEqualTo(OfferResult.ABOVE_HIGH_WATER);
        last("b");
        assertThat(fixture.events).contains("above", "below");
        assertThat(fixture.written()).hasSize(13);
    }

    @Test
    void whoNeverEndsAMessageThatOthersWaitForEndsTheSession() {
        first("a");
        fixture.ticker.advance(Duration.ofMinutes(5), fixture.wheel);
        fixture.offer("X");
        fixture.ticker.advance(Duration.ofSeconds(29), fixture.wheel);
        more("b");
        fixture.ticker.advance(Duration.ofSeconds(29), fixture.wheel);
        assertThat(fixture.wire.failures()).isEmpty();
        fixture.ticker.advance(Duration.ofSeconds(2), fixture.wheel);
        assertThat(fixture.wire.failures()).containsExactly(UNFINISHED);
        assertThat(fixture.failed()).containsExactly("X");
        assertThat(fixture.offer("Y")).isEqualTo(OfferResult.CLOSED);
        assertThat(fixture.queues.size()).isZero();
    }

    @Test
    void aPeerThatDoesNotReadIsNoForgottenMessage() {
        fixture.wire.fill();
        first("a");
        fixture.offer("X");
        fixture.ticker.advance(Duration.ofMinutes(5), fixture.wheel);
        assertThat(fixture.wire.failures()).isEmpty();
        fixture.read();
        fixture.ticker.advance(Duration.ofSeconds(29), fixture.wheel);
        assertThat(fixture.wire.failures()).isEmpty();
        last("b");
        fixture.ticker.advance(Duration.ofMinutes(5), fixture.wheel);
        assertThat(fixture.wire.failures()).isEmpty();
        assertThat(fixture.wire.messages()).containsExactly("a", "b", "X");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theCloseWaitsForNoLastPart(boolean full) {
        if (full) {
            fixture.wire.fill();
        }
        first("a");
        fixture.offer("X");
        fixture.queue.close(BYE);
        if (full) {
            assertThat(fixture.wire.closes()).isEmpty();
            fixture.read();
        }
        assertThat(fixture.wire.closes()).containsExactly(BYE);
        assertThat(fixture.wire.messages()).containsExactly("a");
        assertThat(fixture.failed()).containsExactly("X");
        assertThat(last("b")).isEqualTo(OfferResult.CLOSED);
        assertThat(fixture.queues.size()).isZero();
    }

    @ParameterizedTest
    @EnumSource(OverflowPolicy.class)
    void aGapThatIsNotToldIsNoWrite(OverflowPolicy policy) {
        fixture = new QueueFixture(policy, new WaterMarks(3, 1_000_000, 1, 1_000));
        first("a");
        IntStream.rangeClosed(1, 3).forEach(i -> fixture.offer("x" + i));
        fixture.wire.fill();
        more("b".repeat(70_000));
        fixture.read();
        last("c");
        assertThat(fixture.queue.queuedMessages()).isZero();
    }
}
