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
import org.junit.jupiter.params.provider.EnumSource;
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

    /** From when on a Pong's time runs for good. */
    private enum Deadline {
        FROM_THE_PING_ON(9_950, 50) {
            @Override
            void begin(KeepaliveFixture fixture, Session session) {
                fixture.advanceToPingOf(session);
            }
        },
        ONCE_THE_PING_HAS_LEFT(9_900, 150) {
            @Override
            void begin(KeepaliveFixture fixture, Session session) {
                session.takesPings = false;
                fixture.advanceToPingOf(session);
                fixture.advance(Duration.ofSeconds(9));
                session.readsSomething();
                fixture.advance(Duration.ofSeconds(9));
                session.wire.activity().pingPending = false;
                session.wire.activity().pingWrittenNanos = fixture.ticker.nanoTime();
            }
        },
        ONCE_DEMAND_IS_GIVEN(9_000, 3_000) {
            @Override
            void begin(KeepaliveFixture fixture, Session session) {
                fixture.advanceToPingOf(session);
                fixture.advance(Duration.ofSeconds(5));
                session.withholdDemand();
                fixture.advance(Duration.ofMinutes(10));
                session.giveDemand();
            }
        },
        ONCE_NOTHING_MORE_COMES_OF_A_MESSAGE_BEFORE_IT(0, 11_000) {
            @Override
            void begin(KeepaliveFixture fixture, Session session) {
                fixture.advanceToPingOf(session);
                session.wire.activity().messageArriving = true;
                for (int i = 0; i < 40; i++) {
                    session.readsSomething();
                    fixture.advance(Duration.ofSeconds(1));
                }
            }
        };

        private final Duration inTime;
        private final Duration late;

        Deadline(long inTimeMillis, long lateMillis) {
            inTime = Duration.ofMillis(inTimeMillis);
            late = Duration.ofMillis(lateMillis);
        }

        abstract void begin(KeepaliveFixture fixture, Session session);
    }

    @ParameterizedTest
    @EnumSource
    void aPongThatIsMissingAtItsDeadlineEndsTheSession(Deadline deadline) {
        Session session = fixture.open();
        deadline.begin(fixture, session);
        assertThat(session.isAlive()).isTrue();
        fixture.advance(deadline.inTime);
        assertThat(session.isAlive()).isTrue();
        // Anything else that is read does not stand for the Pong.
        session.readsSomething();
        fixture.advance(deadline.late);
        assertThat(session.wire.failures()).containsExactly(NO_PONG);
        assertThat(session.wire.closes()).isEmpty();
    }

    @Test
    void aSessionEndsOnce() {
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        fixture.advance(Duration.ofSeconds(131));
        assertThat(session.wire.failures()).hasSize(1);
        assertThat(session.wire.closes()).isEmpty();
        assertThat(session.wire.pings()).hasSize(1);
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
    private enum Flood {
        WORKED_OFF_BETWEEN(25, 10, 21) {
            @Override
            void messageComes(Session session) {
                session.withholdDemand();
                session.giveDemand();
                session.readsSomething();
            }
        },
        /** Faster than its messages are worked on: no look finds demand given. */
        NEVER_WORKED_OFF(25, 90, 250),
        /** Pings that are repeated more often than the timeout do not put it off. */
        NEVER_WORKED_OFF_AND_PINGED_OFTEN(1, 10, 300);

        private final Duration pingInterval;
        private final long leastSeconds;
        private final long mostSeconds;

        Flood(int pingIntervalSeconds, long leastSeconds, long mostSeconds) {
            pingInterval = Duration.ofSeconds(pingIntervalSeconds);
            this.leastSeconds = leastSeconds;
            this.mostSeconds = mostSeconds;
        }

        void messageComes(Session session) {
            session.withholdDemand();
            session.readsSomething();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatSendsWithoutPauseStillOwesItsPong(Flood flood) {
        fixture = pingedEach(flood.pingInterval);
        Session session = fixture.open();
        fixture.advanceToPingOf(session);
        for (long i = 0; i < flood.mostSeconds * 20 && session.isAlive(); i++) {
            flood.messageComes(session);
            fixture.advance(STEP);
        }
        assertThat(session.wire.failures()).containsExactly(NO_PONG);
        long late = fixture.ticker.nanoTime() - session.pingTimes.get(0);
        assertThat(late).isGreaterThanOrEqualTo(seconds(flood.leastSeconds));
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

    @ParameterizedTest
    @ValueSource(longs = {25, 0})
    void aPeerThatTakesNoByteIsSlowWithPingsAndWithout(long pingInterval) {
        fixture = pingedEach(Duration.ofSeconds(pingInterval));
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

    /** After which a peer is silent for all of the idle timeout. */
    private enum LastSign {
        A_READ {
            @Override
            void give(KeepaliveFixture fixture, Session session) {
                fixture.advance(Duration.ofSeconds(30));
                session.readsSomething();
            }
        },
        /** Nobody is idle whose messages we do not read. */
        DEMAND_AFTER_A_LONG_TIME_WITHOUT {
            @Override
            void give(KeepaliveFixture fixture, Session session) {
                session.withholdDemand();
                fixture.advance(Duration.ofMinutes(10));
                session.giveDemand();
            }
        };

        abstract void give(KeepaliveFixture fixture, Session session);
    }

    @ParameterizedTest
    @EnumSource
    void withoutPingsASilentPeerIsIdle(LastSign sign) {
        fixture = pingedEach(Duration.ZERO);
        Session session = fixture.open();
        sign.give(fixture, session);
        fixture.advance(Duration.ofMillis(39_950));
        assertThat(session.isAlive()).isTrue();
        fixture.advance(STEP);
        assertThat(session.wire.closes()).containsExactly(IDLE);
        assertThat(session.wire.pings()).isEmpty();
        fixture.advance(Duration.ofSeconds(100));
        assertThat(session.wire.closes()).hasSize(1);
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
        fixture = pingedEach(Duration.ofSeconds(2));
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

    /** Not at all where that is zero. */
    private static KeepaliveFixture pingedEach(Duration interval) {
        return new KeepaliveFixture(
                new KeepaliveSettings(
                        interval,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(40),
                        Duration.ofSeconds(30)),
                0);
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
