package io.highwater.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.chaos.Event.Acknowledged;
import io.highwater.chaos.Event.Archived;
import io.highwater.chaos.Event.Broken;
import io.highwater.chaos.Event.Fault;
import io.highwater.chaos.Event.Loss;
import io.highwater.chaos.Event.Received;
import io.highwater.chaos.Event.Refused;
import io.highwater.chaos.Event.Sent;
import io.highwater.chaos.Event.Skipped;
import io.highwater.chaos.Event.Stuck;
import io.highwater.chaos.Event.Subscribed;
import io.highwater.chaos.Event.Unanswered;
import io.highwater.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Histories that are good, and for each invariant some that break it. */
final class CheckerTest {
    private static final String CHANNEL = "orders";
    private static final String A = "reader-a";
    private static final String B = "reader-b";
    private static final String WRITER = "writer";

    private final List<Event> events = new ArrayList<>();
    private long now;
    private long attempts;

    private static Message message(long number) {
        return new Message(CHANNEL, WRITER, number);
    }

    private static Position position(long generation, long sequence) {
        return new Position("local", generation, sequence, sequence);
    }

    private void subscribe(String... readers) {
        for (String reader : readers) {
            events.add(new Subscribed(++now, reader, CHANNEL, null, null, position(1, 0)));
        }
    }

    private void resume(String reader, Position since) {
        events.add(new Subscribed(++now, reader, CHANNEL, since, null, position(1, 99)));
    }

    private void send(long number) {
        events.add(new Sent(++now, WRITER, ++attempts, message(number)));
    }

    private void acknowledge(long number, Position position) {
        events.add(
                new Acknowledged(
                        ++now, WRITER, attempts, message(number), position, "durable", false));
    }

    /** Sends it and acknowledges it. */
    private void publish(long number, Position position) {
        send(number);
        acknowledge(number, position);
    }

    private void receive(String reader, long number, Position position) {
        receive(reader, number, position, null, false);
    }

    private void receive(
            String reader,
            long number,
            Position position,
            @Nullable Position previous,
            boolean late) {
        events.add(new Received(++now, reader, message(number), position, previous, late));
    }

    /** Both get it. */
    private void deliver(long number, Position position) {
        receive(A, number, position);
        receive(B, number, position);
    }

    private void archive(long number, Position position) {
        events.add(new Archived(++now, "node", message(number), position));
    }

    /** A node's log lost what was appended from one moment to another. */
    private void lose(long from, long until) {
        events.add(new Fault(from, until, "loss", new Loss(from, until, false)));
    }

    private Verdict verdict(Promise promise) {
        return Checker.check(promise, events);
    }

    private void holds(Promise promise) {
        assertThat(verdict(promise).report()).doesNotContain("\n");
    }

    private void breaks(Promise promise, Invariant... invariants) {
        Verdict verdict = verdict(promise);
        assertThat(verdict.violations())
                .as(verdict.report())
                .extracting(Violation::invariant)
                .containsExactlyInAnyOrder(invariants);
    }

    /** Two messages over a restart, of which one was sent again. */
    private void good() {
        subscribe(A, B);
        publish(1, position(1, 1));
        deliver(1, position(1, 1));
        send(2);
        events.add(new Broken(++now, WRITER, attempts, message(2)));
        events.add(new Fault(now, now, "kill", null));
        resume(A, position(1, 1));
        receive(A, 2, position(1, 2));
        send(2);
        acknowledge(2, position(1, 2));
        resume(B, position(1, 1));
        receive(B, 2, position(1, 2));
        send(3);
        events.add(new Refused(++now, WRITER, attempts, message(3), "UNAVAILABLE"));
        publish(3, position(2, 1));
        receive(A, 3, position(2, 1), position(1, 2), false);
        receive(B, 3, position(2, 1), position(1, 2), false);
        archive(1, position(1, 1));
        archive(2, position(1, 2));
        archive(3, position(2, 1));
    }

    @Test
    void aGoodHistoryHolds() {
        good();
        holds(Promise.FILE);
        Verdict verdict = verdict(Promise.FILE);
        assertThat(verdict.acknowledged()).isEqualTo(3);
        assertThat(verdict.delivered()).isEqualTo(6);
        assertThat(verdict.republished()).isEqualTo(2);
        assertThat(verdict.refused()).isEqualTo(1);
        assertThat(verdict.recoveries()).isEqualTo(2);
        assertThat(verdict.faults()).containsEntry("kill", 1);
    }

    @Test
    void i1AnAcknowledgedMessageThatASubscriberDidNotGet() {
        good();
        publish(4, position(2, 2));
        receive(A, 4, position(2, 2));
        archive(4, position(2, 2));
        breaks(Promise.FILE, Invariant.I1);
        assertThat(verdict(Promise.FILE).lost()).isEqualTo(1);
    }

    @Test
    void i1AnAcknowledgedMessageThatNobodyGot() {
        good();
        publish(4, position(2, 2));
        breaks(Promise.FILE, Invariant.I1, Invariant.I1);
    }

    @Test
    void i1AnAcknowledgementThatPromisesLess() {
        good();
        breaks(Promise.LOG, Invariant.I1, Invariant.I1, Invariant.I1);
    }

    @Test
    void i1AMessageThatWasSkipped() {
        good();
        events.add(new Skipped(++now, A, CHANNEL, position(2, 9), "skipped"));
        breaks(Promise.FILE, Invariant.I1);
    }

    @Test
    void aSubscriberIsOwedNothingThatWasSentBeforeItCame() {
        subscribe(A);
        publish(1, position(1, 1));
        receive(A, 1, position(1, 1));
        archive(1, position(1, 1));
        events.add(new Subscribed(++now, B, CHANNEL, null, null, position(1, 1)));
        holds(Promise.FILE);
    }

    @Test
    void i2AMessageThatOnlyOneSubscriberGot() {
        good();
        send(4);
        events.add(new Broken(++now, WRITER, attempts, message(4)));
        receive(A, 4, position(2, 2));
        archive(4, position(2, 2));
        breaks(Promise.FILE, Invariant.I2);
    }

    @Test
    void i3AMessageThatIsInTheLogTwice() {
        good();
        send(3);
        acknowledge(3, position(2, 2));
        deliver(3, position(2, 2));
        archive(3, position(2, 2));
        breaks(Promise.FILE, Invariant.I3);
        breaks(Promise.DURABLE, Invariant.I3);
    }

    @Test
    void i3AMessageThatAnApplicationGetsTwice() {
        subscribe(A);
        for (int i = 1; i <= 1_001; i++) {
            publish(i, position(1, i));
            receive(A, i, position(1, i));
            archive(i, position(1, i));
        }
        lose(0, now);
        // Its client does not know the msgId any more.
        receive(A, 1, position(2, 1), position(1, 1_001), false);
        archive(1, position(2, 1));
        breaks(Promise.DURABLE, Invariant.I3, Invariant.I4);
    }

    @Test
    void i4AMessageBeforeAnEarlierOneOfItsPublisher() {
        subscribe(A, B);
        send(1);
        send(2);
        events.add(new Broken(++now, WRITER, 1, message(1)));
        events.add(new Broken(++now, WRITER, 2, message(2)));
        deliver(2, position(1, 1));
        deliver(1, position(1, 2));
        archive(2, position(1, 1));
        archive(1, position(1, 2));
        breaks(Promise.FILE, Invariant.I4, Invariant.I4);
        assertThat(verdict(Promise.FILE).reordered()).isEqualTo(2);
    }

    @Test
    void i4AMessageThatAnOldPrimaryTookAfterTheNewOneHadTakenTheOneBefore() {
        subscribe(A);
        long from = now;
        publish(1, position(2, 1));
        publish(2, position(1, 1));
        receive(A, 2, position(1, 1));
        lose(from, now);
        receive(A, 1, position(2, 1), position(1, 1), false);
        archive(2, position(1, 1));
        archive(1, position(2, 1));
        breaks(Promise.DURABLE, Invariant.I4);
    }

    @Test
    void i5APositionThatIsAnotherMessageElsewhere() {
        subscribe(A, B);
        publish(1, position(1, 1));
        send(2);
        events.add(new Broken(++now, WRITER, attempts, message(2)));
        receive(A, 1, position(1, 1));
        receive(B, 2, position(1, 1));
        assertThat(verdict(Promise.LOG).violations())
                .extracting(Violation::invariant)
                .contains(Invariant.I5);
    }

    @Test
    void i6APositionThatFallsWithinASubscription() {
        good();
        receive(A, 2, position(1, 2));
        breaks(Promise.FILE, Invariant.I6);
    }

    @Test
    void aLateMessageMayComeAfterItsTurn() {
        subscribe(A, B);
        publish(1, position(1, 1));
        deliver(1, position(1, 1));
        publish(2, position(1, 2));
        receive(A, 2, position(1, 2));
        publish(3, position(2, 1));
        receive(A, 3, position(2, 1), position(1, 2), false);
        receive(B, 3, position(2, 1), position(1, 1), false);
        receive(B, 2, position(1, 2), null, true);
        for (int i = 1; i <= 2; i++) {
            archive(i, position(1, i));
        }
        archive(3, position(2, 1));
        holds(Promise.DURABLE);
        assertThat(verdict(Promise.DURABLE).late()).isEqualTo(1);
    }

    @Test
    void i7AMessageThatTheArchiveLacks() {
        good();
        events.remove(events.size() - 1);
        breaks(Promise.FILE, Invariant.I7);
        holds(withLevelLog());
    }

    @Test
    void i7AMessageThatOnlyTheArchiveHas() {
        good();
        send(4);
        events.add(new Broken(++now, WRITER, attempts, message(4)));
        archive(4, position(2, 2));
        breaks(Promise.FILE, Invariant.I7);
    }

    @Test
    void i7NobodyReadTheArchive() {
        good();
        events.removeIf(event -> event instanceof Archived);
        breaks(Promise.FILE, Invariant.I7);
    }

    /** Makes the history one without an archive. */
    private Promise withLevelLog() {
        events.replaceAll(
                event ->
                        event instanceof Acknowledged acknowledged
                                ? new Acknowledged(
                                        acknowledged.nanos(),
                                        acknowledged.client(),
                                        acknowledged.attempt(),
                                        acknowledged.message(),
                                        acknowledged.position(),
                                        "log",
                                        acknowledged.duplicate())
                                : event);
        return Promise.LOG;
    }

    @Test
    void i8WhatComesBeforeTheCursor() {
        good();
        resume(A, position(2, 1));
        receive(A, 3, position(2, 1));
        breaks(Promise.FILE, Invariant.I8);
    }

    @Test
    void i8AClientThatIsNotToldWhatItMisses() {
        good();
        publish(4, position(2, 2));
        publish(5, position(2, 3));
        receive(B, 4, position(2, 2));
        receive(B, 5, position(2, 3));
        for (int asks = 0; asks < 3; asks++) {
            resume(A, position(2, 1));
            receive(A, 5, position(2, 3));
        }
        archive(4, position(2, 2));
        archive(5, position(2, 3));
        breaks(Promise.FILE, Invariant.I1, Invariant.I8);
    }

    @Test
    void aGapThatTheClientIsBroughtIsNone() {
        good();
        publish(4, position(2, 2));
        publish(5, position(2, 3));
        receive(A, 5, position(2, 3));
        resume(A, position(2, 1));
        deliver(4, position(2, 2));
        deliver(5, position(2, 3));
        archive(4, position(2, 2));
        archive(5, position(2, 3));
        holds(Promise.FILE);
        assertThat(verdict(Promise.FILE).gaps()).isEqualTo(1);
    }

    @Test
    void i8AGenerationThatDoesNotFollow() {
        subscribe(A, B);
        publish(1, position(1, 1));
        receive(A, 1, position(1, 1));
        publish(2, position(2, 1));
        receive(A, 2, position(2, 1), position(1, 1), false);
        for (int asks = 0; asks < 3; asks++) {
            resume(B, position(1, 0));
            receive(B, 2, position(2, 1), position(1, 1), false);
        }
        archive(1, position(1, 1));
        archive(2, position(2, 1));
        breaks(Promise.FILE, Invariant.I1, Invariant.I8);
    }

    @Test
    void i8AResumeThatFails() {
        good();
        events.add(
                new Subscribed(
                        ++now, A, CHANNEL, position(2, 1), "UNKNOWN_POSITION", position(2, 1)));
        breaks(Promise.FILE, Invariant.I8);
        breaks(withLevelLog(), Invariant.I8);
    }

    @Test
    void i9APublishThatHasNoAnswer() {
        good();
        send(4);
        events.add(new Unanswered(++now, WRITER, attempts, message(4)));
        breaks(Promise.FILE, Invariant.I9);
    }

    @Test
    void i9APublishThatHasNoEnd() {
        good();
        send(4);
        breaks(Promise.FILE, Invariant.I9);
    }

    @Test
    void i9APublisherThatCannotGoOn() {
        good();
        events.add(new Stuck(++now, WRITER, "stuck"));
        breaks(Promise.FILE, Invariant.I9);
    }

    /** Of two acknowledged messages Redis lost the second, which only A had got. */
    private void loseTheSecond(boolean resend) {
        subscribe(A, B);
        publish(1, position(1, 1));
        deliver(1, position(1, 1));
        long from = now;
        send(2);
        acknowledge(2, position(1, 2));
        receive(A, 2, position(1, 2));
        lose(from, now);
        if (resend) {
            send(2);
            acknowledge(2, position(2, 1));
            receive(A, 2, position(2, 1), position(1, 2), false);
            receive(B, 2, position(2, 1), position(1, 1), false);
        }
    }

    @Test
    void withoutAnArchiveWhatRedisLostMayBeMissing() {
        loseTheSecond(false);
        holds(withLevelLog());
    }

    @Test
    void i1WithAnArchiveWhatRedisLostMayNotBeMissing() {
        loseTheSecond(false);
        archive(1, position(1, 1));
        archive(2, position(1, 2));
        breaks(Promise.DURABLE, Invariant.I1);
    }

    /** A second message that was delivered to A, and then came again at another position. */
    private void loseWhatNobodyWasPromised(boolean nodesToo) {
        subscribe(A, B);
        publish(1, position(1, 1));
        deliver(1, position(1, 1));
        long from = now;
        send(2);
        events.add(new Broken(++now, WRITER, attempts, message(2)));
        receive(A, 2, position(1, 2));
        events.add(new Fault(from, now, "loss", new Loss(from, now, nodesToo)));
        publish(2, position(2, 1));
        receive(A, 2, position(2, 1), position(1, 2), false);
        receive(B, 2, position(2, 1), position(1, 1), false);
        archive(1, position(1, 1));
        archive(2, position(2, 1));
    }

    @Test
    void i7WhatANodeHadReadBeforeRedisLostItIsInTheArchive() {
        loseWhatNobodyWasPromised(false);
        breaks(Promise.DURABLE, Invariant.I7);
    }

    @Test
    void whatAllNodesLostTogetherWithRedisMayBeMissingInTheArchive() {
        loseWhatNobodyWasPromised(true);
        holds(Promise.DURABLE);
    }

    @Test
    void i8WithAnArchiveNobodyIsToldThatMessagesAreLost() {
        loseWhatNobodyWasPromised(true);
        events.add(
                new Subscribed(
                        ++now, A, CHANNEL, position(1, 2), "UNKNOWN_POSITION", position(2, 1)));
        breaks(Promise.DURABLE, Invariant.I8);
    }

    @Test
    void whatRedisLostMayComeAgainAtAnotherPosition() {
        loseTheSecond(true);
        archive(1, position(1, 1));
        archive(2, position(1, 2));
        archive(2, position(2, 1));
        holds(Promise.DURABLE);
        assertThat(verdict(Promise.DURABLE).dropped()).isEqualTo(1);
        holds(withLevelLog());
    }

    @Test
    void i1WhatIsMissingThoughNothingWasLostAtThatTime() {
        loseTheSecond(false);
        publish(3, position(2, 1));
        receive(A, 3, position(2, 1), position(1, 2), false);
        breaks(withLevelLog(), Invariant.I1);
    }

    @Test
    void i1WithoutAnArchiveTooWhatWasSentAfterTheFailoverMayNotBeMissing() {
        subscribe(A, B);
        publish(1, position(1, 1));
        deliver(1, position(1, 1));
        events.add(new Fault(now, now + 100, "loss", new Loss(now, now, false)));
        publish(2, position(2, 1));
        receive(A, 2, position(2, 1), position(1, 1), false);
        breaks(withLevelLog(), Invariant.I1);
    }

    @Test
    void withoutAnArchiveAClientMayBeToldThatMessagesAreLost() {
        loseTheSecond(false);
        publish(3, position(2, 1));
        receive(A, 3, position(2, 1), position(1, 2), false);
        events.add(
                new Subscribed(
                        ++now, B, CHANNEL, position(1, 1), "UNKNOWN_POSITION", position(2, 1)));
        holds(withLevelLog());
        assertThat(verdict(Promise.LOG).told()).isEqualTo(1);
    }
}
