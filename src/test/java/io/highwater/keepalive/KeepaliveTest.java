package io.highwater.keepalive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.highwater.keepalive.KeepaliveFixture.Session;
import io.highwater.testing.RecordingWire.Failure;
import io.highwater.wire.CloseStatus;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeepaliveTest {
    private static final Duration STEP = Duration.ofMillis(50);
    private static final Failure NO_PONG =
            new Failure(new CloseStatus(4408, "no pong"), Duration.ofSeconds(1));
    private static final Failure SLOW =
            new Failure(new CloseStatus(1013, "slow consumer"), Duration.ofSeconds(30));
    private static final CloseStatus IDLE = new CloseStatus(1001, "idle timeout");

    private KeepaliveFixture fixture = new KeepaliveFixture(KeepaliveSettings.defaults(), 0);

    @ParameterizedTest
    @ValueSource(longs = {0, -7, Long.MAX_VALUE - 60_000_000_000L, Long.MIN_VALUE})
    void aPeerThatAnswersIsPingedEachIntervalAndLives(long start) {
        fixture = new KeepaliveFixture(KeepaliveSettings.defaults(), start);
        Session session = fixture.open();
        session.answers = true;
        fixture.advance(Duration.ofSeconds(250));
        assertThat(session.isAlive()).isTrue();
        assertThat(session.pingTimes).hasSize(10);
        assertThat(session.pingTimes.get(0) - start).isBetween(0L, seconds(25) + STEP.toNanos());
        for (int i = 1; i < 10; i++) {
            long gap = session.pingTimes.get(i) - session.pingTimes.get(i - 1);
            // One gap may hold the overflow, where the phase may jump once.
            if (start <= 0) {
                assertThat(gap).isCloseTo(seconds(25), within(STEP.toNanos()));
            }
        }
        assertThat(fixture.roundTrips).hasSize(10).allMatch(nanos -> nanos == 0);
    }

    @Test
    void firstPingsAreSpreadOverTheInterval() {
        List<Session> sessions = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            sessions.add(fixture.open());
        }
        int[] pinged = new int[25];
        for (int second = 0; second < 25; second++) {
            fixture.advance(Duration.ofSeconds(1));
            for (Session session : sessions) {
                pinged[second] += session.pingTimes.size();
            }
        }
        for (int second = 0; second < 24; second++) {
            int fresh = pinged[second] - (second == 0 ? 0 : pinged[second - 1]);
            assertThat(fresh).as("pings in second %s", second).isBetween(10, 90);
        }
    }

    @Test
    void sessionsOfOneConnectionArePingedTogetherWheneverTheyCame() {
        Object connection = new Object();
        List<Session> sessions = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Session session = fixture.open(connection);
            session.answers = true;
            sessions.add(session);
            fixture.advance(Duration.ofSeconds(7));
        }
        fixture.advance(Duration.ofSeconds(60));
        Session first = sessions.get(0);
        for (Session session : sessions) {
            int size = session.pingTimes.size();
            assertThat(size).isGreaterThanOrEqualTo(2);
            List<Long> all = first.pingTimes;
            assertThat(session.pingTimes).isEqualTo(all.subList(all.size() - size, all.size()));
        }
    }

    @Test
    void aPongThatIsMissingAtItsDeadlineEndsTheSession() {
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        // Anything else that is read does not stand for the Pong.
        fixture.advance(Duration.ofMillis(9_950));
        session.readsSomething();
        assertThat(session.isAlive()).isTrue();
        fixture.advance(STEP);
        assertThat(session.wire.failures()).containsExactly(NO_PONG);
        fixture.advance(Duration.ofSeconds(120));
        assertThat(session.wire.failures()).hasSize(1);
        assertThat(session.wire.closes()).isEmpty();
        assertThat(session.wire.pings()).hasSize(1);
    }

    @Test
    void aPongBehindAMessageThatStillArrivesIsNotLate() {
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        session.wire.activity().messageArriving = true;
        for (int i = 0; i < 40; i++) {
            session.readsSomething();
            fixture.advance(Duration.ofSeconds(1));
        }
        assertThat(session.isAlive()).isTrue();

        // Nothing more of it comes.
        fixture.advance(Duration.ofSeconds(11));
        assertThat(session.wire.failures()).containsExactly(NO_PONG);
    }

    @Test
    void aPongJustInTimeIsEnoughAndItsRoundTripIsTold() {
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        fixture.advance(Duration.ofMillis(9_900));
        assertThat(session.pong()).isTrue();
        session.readsSomething();
        fixture.advance(Duration.ofSeconds(10));
        assertThat(session.isAlive()).isTrue();
        assertThat(fixture.roundTrips).containsExactly(Duration.ofMillis(9_900).toNanos());
    }

    @Test
    void theDeadlineStartsWhenThePingHasLeft() {
        Session session = fixture.open();
        session.takesPings = false;
        fixture.advanceToPingOf(session);
        fixture.advance(Duration.ofSeconds(9));
        session.readsSomething();
        fixture.advance(Duration.ofSeconds(9));
        assertThat(session.isAlive()).isTrue();
        session.wire.activity().pingPending = false;
        session.wire.activity().pingWrittenNanos = fixture.ticker.nanoTime();
        fixture.advance(Duration.ofMillis(9_900));
        assertThat(session.isAlive()).isTrue();
        fixture.advance(Duration.ofMillis(150));
        assertThat(session.wire.failures()).containsExactly(NO_PONG);
    }

    @Test
    void theDeadlineStandsStillWhileDemandIsWithheld() {
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        fixture.advance(Duration.ofSeconds(5));
        session.withholdDemand();
        fixture.advance(Duration.ofMinutes(10));
        assertThat(session.isAlive()).isTrue();
        session.giveDemand();
        fixture.advance(Duration.ofSeconds(9));
        assertThat(session.isAlive()).isTrue();
        fixture.advance(Duration.ofSeconds(3));
        assertThat(session.wire.failures()).containsExactly(NO_PONG);
    }

    @Test
    void withheldDemandIsNoReasonToStopPinging() {
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        session.withholdDemand();
        fixture.advance(Duration.ofSeconds(100));
        assertThat(session.wire.pings()).hasSizeBetween(4, 5);
        assertThat(session.wire.pings().stream().map(ByteBuffer::wrap))
                .containsOnly(ByteBuffer.wrap(session.wire.pings().get(0)));
        session.giveDemand();
        session.readsSomething();
        // One Pong for all of them is enough; which it answers, nobody knows.
        assertThat(session.pong()).isTrue();
        assertThat(session.pong()).isTrue();
        assertThat(fixture.roundTrips).isEmpty();
        session.answers = true;
        fixture.advance(Duration.ofSeconds(60));
        assertThat(session.isAlive()).isTrue();
    }

    /** Each message withholds demand for a moment; a peer may not hide behind that. */
    @Test
    void aPeerThatSendsWithoutPauseStillOwesItsPong() {
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        for (int i = 0; i < 25 * 20 && session.isAlive(); i++) {
            session.withholdDemand();
            session.giveDemand();
            session.readsSomething();
            fixture.advance(STEP);
        }
        assertThat(session.wire.failures()).containsExactly(NO_PONG);
        long late = fixture.ticker.nanoTime() - session.pingTimes.get(0);
        assertThat(late).isBetween(seconds(10), seconds(21));
    }

    /** Faster than its messages are worked on: no look finds demand given. */
    @Test
    void aPeerWhoseNextMessageIsAlwaysThereOwesItsPongToo() {
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        for (int i = 0; i < 300 * 20 && session.isAlive(); i++) {
            session.withholdDemand();
            session.readsSomething();
            fixture.advance(STEP);
        }
        assertThat(session.wire.failures()).containsExactly(NO_PONG);
        long late = fixture.ticker.nanoTime() - session.pingTimes.get(0);
        assertThat(late).isBetween(seconds(90), seconds(250));
    }

    @Test
    void pingsThatAreRepeatedMoreOftenThanTheTimeoutDoNotPutItOff() {
        fixture =
                new KeepaliveFixture(
                        new KeepaliveSettings(
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(40),
                                Duration.ofSeconds(30)),
                        0);
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        for (int i = 0; i < 300 * 20 && session.isAlive(); i++) {
            session.withholdDemand();
            session.readsSomething();
            fixture.advance(STEP);
        }
        assertThat(session.wire.failures()).containsExactly(NO_PONG);
    }

    /** RFC 6455 section 5.5.3: a peer may answer the later of two Pings alone. */
    @Test
    void thePongToAnApplicationsPingAfterOursStandsForBoth() {
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        session.wire.activity().pingFollowed = true;
        assertThat(session.keepalive.onPong(ByteBuffer.allocate(0))).isFalse();
        fixture.advance(Duration.ofMillis(10_050));
        session.readsSomething();
        assertThat(session.isAlive()).isTrue();
        assertThat(fixture.roundTrips).isEmpty();

        // Of the next one that waits, it tells nothing.
        session.takesPings = false;
        fixture.advanceToPingOf(session);
        session.keepalive.onPong(ByteBuffer.allocate(0));
        session.wire.activity().pingFollowed = false;
        session.wire.activity().pingPending = false;
        session.wire.activity().pingWrittenNanos = fixture.ticker.nanoTime();
        fixture.advance(Duration.ofMillis(10_050));
        assertThat(session.wire.failures()).containsExactly(NO_PONG);
    }

    @Test
    void anApplicationsPongIsNotOurs() {
        Session session = fixture.open();
        ByteBuffer zeros = ByteBuffer.allocate(8);
        assertThat(session.keepalive.onPong(zeros)).isFalse();
        fixture.advanceToPingOf(session);
        assertThat(session.keepalive.onPong(zeros)).isFalse();
        assertThat(session.keepalive.onPong(ByteBuffer.allocate(0))).isFalse();
        byte[] ours = session.wire.pings().get(0);
        assertThat(ours).hasSize(8);
        ByteBuffer longer = ByteBuffer.allocate(9).put(ours).put((byte) 0).flip();
        assertThat(session.keepalive.onPong(longer)).isFalse();
        assertThat(zeros.remaining()).isEqualTo(8);
        fixture.advance(Duration.ofMillis(10_050));
        assertThat(session.wire.failures()).containsExactly(NO_PONG);
    }

    @Test
    void aPongIsFoundInsideALargerBufferAndLeftThere() {
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        ByteBuffer buffer = ByteBuffer.allocate(20).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        buffer.position(3);
        buffer.put(session.wire.pings().get(0)).flip().position(3);
        assertThat(session.keepalive.onPong(buffer)).isTrue();
        assertThat(buffer.position()).isEqualTo(3);
    }

    @Test
    void eachPingHasAPayloadOfItsOwn() {
        Session session = fixture.open();
        session.answers = true;
        Session other = fixture.open();
        other.answers = true;
        fixture.advance(Duration.ofSeconds(100));
        List<ByteBuffer> payloads = new ArrayList<>();
        session.wire.pings().forEach(ping -> payloads.add(ByteBuffer.wrap(ping)));
        other.wire.pings().forEach(ping -> payloads.add(ByteBuffer.wrap(ping)));
        assertThat(payloads).hasSize(8).doesNotHaveDuplicates();
    }

    @Test
    void aPeerThatTakesNoByteIsSlow() {
        Session session = fixture.open();
        session.answers = true;
        fixture.advance(Duration.ofSeconds(3));
        session.takesPings = false;
        session.wire.activity().writePending = true;
        session.wire.activity().writePendingSinceNanos = fixture.ticker.nanoTime();
        for (int i = 0; i < 29; i++) {
            fixture.advance(Duration.ofSeconds(1));
            session.readsSomething();
        }
        assertThat(session.isAlive()).isTrue();
        fixture.advance(Duration.ofMillis(950));
        assertThat(session.isAlive()).isTrue();
        fixture.advance(STEP);
        assertThat(session.wire.failures()).containsExactly(SLOW);
    }

    @Test
    void aPeerThatTakesAByteNowAndThenIsNotSlow() {
        Session session = fixture.open();
        session.answers = true;
        session.wire.activity().writePending = true;
        for (int i = 0; i < 10; i++) {
            session.wire.activity().writePendingSinceNanos = fixture.ticker.nanoTime();
            fixture.advance(Duration.ofSeconds(29));
        }
        assertThat(session.isAlive()).isTrue();
    }

    @Test
    void withoutPingsASilentPeerIsIdle() {
        fixture = new KeepaliveFixture(withoutPings(), 0);
        Session session = fixture.open();
        fixture.advance(Duration.ofSeconds(30));
        session.readsSomething();
        fixture.advance(Duration.ofMillis(39_950));
        assertThat(session.isAlive()).isTrue();
        fixture.advance(STEP);
        assertThat(session.wire.closes()).containsExactly(IDLE);
        assertThat(session.wire.pings()).isEmpty();
        fixture.advance(Duration.ofSeconds(100));
        assertThat(session.wire.closes()).hasSize(1);
    }

    @Test
    void nobodyIsIdleWhoseMessagesWeDoNotRead() {
        fixture = new KeepaliveFixture(withoutPings(), 0);
        Session session = fixture.open();
        session.withholdDemand();
        fixture.advance(Duration.ofMinutes(10));
        assertThat(session.isAlive()).isTrue();
        session.giveDemand();
        fixture.advance(Duration.ofMillis(39_950));
        assertThat(session.isAlive()).isTrue();
        fixture.advance(STEP);
        assertThat(session.wire.closes()).containsExactly(IDLE);
    }

    @Test
    void aStuckWriteIsFoundWithoutPingsToo() {
        fixture = new KeepaliveFixture(withoutPings(), 0);
        Session session = fixture.open();
        fixture.advance(Duration.ofSeconds(1));
        session.wire.activity().writePending = true;
        session.wire.activity().writePendingSinceNanos = fixture.ticker.nanoTime();
        fixture.advance(Duration.ofMillis(29_950));
        assertThat(session.isAlive()).isTrue();
        fixture.advance(STEP);
        assertThat(session.wire.failures()).containsExactly(SLOW);
    }

    @Test
    void aStoppedSessionIsLeftAlone() {
        Session session = fixture.open();
        session.keepalive.stop();
        Session pinged = fixture.open();
        fixture.advanceToPingOf(pinged);
        pinged.keepalive.stop();
        fixture.advance(Duration.ofSeconds(120));
        assertThat(session.wire.pings()).isEmpty();
        assertThat(pinged.wire.pings()).hasSize(1);
        assertThat(session.isAlive() && pinged.isAlive()).isTrue();
    }

    @Test
    void aPingThatCanNotBeWrittenOwesNoPongAndIsNotTheLast() {
        Session session = fixture.open();
        session.wire.failPings(new OutOfMemoryError("expected by the test"));
        assertThatThrownBy(() -> fixture.advance(Duration.ofSeconds(26)))
                .isInstanceOf(OutOfMemoryError.class);
        session.wire.failPings(null);
        session.readsSomething();
        fixture.advance(Duration.ofSeconds(11));
        assertThat(session.isAlive()).isTrue();

        fixture.advanceToPingOf(session);
        assertThat(session.isAlive()).isTrue();
        fixture.advance(Duration.ofSeconds(11));
        assertThat(session.isAlive()).isFalse();
    }

    @Test
    void aSessionThatStopsInsideItsOwnPingIsNotScheduledAgain() {
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        assertThat(session.pong()).isTrue();
        assertThat(fixture.wheel.cancel(session.keepalive)).isTrue();
        session.keepalive.stop();
        session.keepalive.start();
        assertThat(fixture.wheel.cancel(session.keepalive)).isFalse();
    }

    @Test
    void aPongTimeoutLongerThanTheIntervalDoesNotHoldUpThePings() {
        fixture =
                new KeepaliveFixture(
                        new KeepaliveSettings(
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(40),
                                Duration.ofSeconds(30)),
                        0);
        Session session = fixture.open();
        session.answers = true;
        fixture.advance(Duration.ofSeconds(40));
        assertThat(session.pingTimes).hasSize(20);
    }

    /** The Pong has come, or the message, and waits to be read. */
    @Test
    void aPauseOfTheNodeIsNobodysSilence() {
        Session pinged = fixture.open();
        Session stuck = fixture.open();
        stuck.answers = true;
        fixture.advanceToPingOf(pinged);
        stuck.wire.activity().writePending = true;
        stuck.wire.activity().writePendingSinceNanos = fixture.ticker.nanoTime();
        fixture.ticker.advance(Duration.ofSeconds(60));
        fixture.advance(Duration.ofSeconds(1));
        assertThat(pinged.isAlive()).isTrue();
        assertThat(stuck.isAlive()).isTrue();
        pinged.readsSomething();
        assertThat(pinged.pong()).isTrue();

        pinged.answers = true;
        fixture.advance(Duration.ofSeconds(10));
        assertThat(pinged.isAlive()).isTrue();
        assertThat(stuck.isAlive()).isFalse();
    }

    @Test
    void aPeerThatIsDeadBeforeAPauseIsFoundAfterIt() {
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        fixture.ticker.advance(Duration.ofSeconds(60));
        fixture.advance(Duration.ofSeconds(11));
        assertThat(session.isAlive()).isFalse();
    }

    @Test
    void afterALongPauseOfTheNodeOnePingFollowsAndThePhaseStays() {
        Session session = fixture.open();
        session.answers = true;
        fixture.advanceToPingOf(session);
        long first = session.pingTimes.get(0);
        session.wire.activity().lastReadNanos = first + seconds(60);
        fixture.ticker.advance(Duration.ofSeconds(60));
        fixture.advance(STEP);
        assertThat(session.pingTimes).hasSize(2);
        fixture.advanceToPingOf(session);
        assertThat(session.pingTimes.get(2) - first).isCloseTo(seconds(75), within(STEP.toNanos()));
    }

    private static KeepaliveSettings withoutPings() {
        return new KeepaliveSettings(
                Duration.ZERO,
                Duration.ofSeconds(10),
                Duration.ofSeconds(40),
                Duration.ofSeconds(30));
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
