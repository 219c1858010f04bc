package io.highwater.keepalive;

import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.RecordingWire;
import io.highwater.testing.Stray;
import io.highwater.time.TimerWheel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Sessions whose pings leave at once, unless a test says otherwise, and time moved by hand. */
final class KeepaliveFixture {
    final FakeTicker ticker;
    final TimerWheel wheel;
    final PingScheduler scheduler;
    final Stray observers = new Stray();
    final List<Long> roundTrips = new ArrayList<>();
    private final List<Session> sessions = new ArrayList<>();

    KeepaliveFixture(KeepaliveSettings settings, long startNanos) {
        ticker = new FakeTicker(startNanos);
        wheel = new TimerWheel(startNanos);
        scheduler =
                new PingScheduler(
                        settings,
                        Duration.ofSeconds(30),
                        wheel,
                        ticker,
                        new KeepaliveObserver() {
                            @Override
                            public void onRoundTripNanos(long nanos) {
                                observers.call();
                                roundTrips.add(nanos);
                            }
                        },
                        new SplittableRandom(42),
                        LogLimit.none());
    }

    Session open() {
        return open(new Object());
    }

    Session open(Object group) {
        Session session = new Session(group);
        sessions.add(session);
        return session;
    }

    /** Moves time in steps of 50 ms, in each of which peers answer if they do. */
    void advance(Duration by) {
        long end = ticker.nanoTime() + by.toNanos();
        while (end - ticker.nanoTime() > 0) {
            ticker.advance(Duration.ofMillis(50), wheel);
            sessions.forEach(Session::step);
        }
    }

    /** Moves time until the session has been pinged once more. */
    void advanceToPingOf(Session session) {
        int before = session.wire.pings().size();
        for (int i = 0; session.wire.pings().size() == before; i++) {
            if (i > 100_000) {
                throw new AssertionError("no ping within " + i + " steps");
            }
            advance(Duration.ofMillis(50));
        }
    }

    final class Session {
        final RecordingWire wire = new RecordingWire();
        final List<Long> pingTimes = new ArrayList<>();
        final Keepalive keepalive;

        /** Pings leave at once; else the test says when. */
        boolean takesPings = true;

        /** Answers each ping at once. */
        boolean answers;

        private Session(Object group) {
            wire.activity().lastReadNanos = ticker.nanoTime();
            wire.activity().readingChangedNanos = ticker.nanoTime();
            keepalive = scheduler.keepalive(wire, group);
            keepalive.start();
        }

        private void step() {
            int pings = wire.pings().size();
            if (pings > pingTimes.size()) {
                pingTimes.add(ticker.nanoTime());
                wire.activity().pingPending = !takesPings;
                if (takesPings) {
                    wire.activity().pingWrittenNanos = ticker.nanoTime();
                    if (answers) {
                        readsSomething();
                        pong();
                    }
                }
            }
        }

        void readsSomething() {
            wire.activity().lastReadNanos = ticker.nanoTime();
        }

        /** The peer's Pong to the last Ping. */
        boolean pong() {
            List<byte[]> pings = wire.pings();
            return keepalive.onPong(ByteBuffer.wrap(pings.get(pings.size() - 1)));
        }

        void withholdDemand() {
            wire.activity().readingWithheld = true;
            wire.activity().readingChangedNanos = ticker.nanoTime();
        }

        void giveDemand() {
            wire.activity().readingWithheld = false;
            wire.activity().readingChangedNanos = ticker.nanoTime();
        }

        boolean isAlive() {
            return wire.failures().isEmpty() && wire.closes().isEmpty();
        }
    }
}
