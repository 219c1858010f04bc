package io.highwater.keepalive;

import io.highwater.time.Timer;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Wire;
import io.highwater.wire.WireActivity;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * Keeps one session alive and finds out when it is dead: Pings, the deadline of their Pongs, the
 * checks for a peer that sends nothing or takes nothing. One timer for all of it.
 *
 * <p>Thread-safe. Its timer runs on the wheel's thread; {@link #onPong} is called where the Pong is
 * read.
 */
public final class Keepalive extends Timer {
    // One Ping is out at a time. The timer wakes for whichever comes first: the next Ping, the
    // Pong's deadline, the idle deadline or the write deadline. At each wake it judges all four, by
    // what the wire's activity says at that time. Nothing is rescheduled when bytes pass.
    //
    // The Pong's deadline stands still while reading is withheld, since a Pong can't be read then:
    // the Pong is late once reading was given for the whole timeout since the Ping left. But each
    // message withholds reading for as long as its callback runs, and by that rule alone a peer
    // that sends without pause would never owe a Pong; and we do not record, for a million wires,
    // how long reading was withheld in all. So from the first deadline on we also sample, eight
    // times per timeout: eight looks that find reading given count as one timeout. If a peer sends
    // faster than the callbacks run, a look hardly ever finds reading given. In that case a look
    // that finds a message of this moment counts as an eighth of a look: whatever a Pong may have
    // waited behind, in the buffers on the way, was read long before 64 of those.

    private static final int PAYLOAD_BYTES = Long.BYTES;
    private static final int LOOKS = 8;
    private static final int LATE_POINTS = LOOKS * LOOKS;

    /** Twice the step of the wheel, whose clock gives the times at which reading changes. */
    private static final long THIS_MOMENT_NANOS = Duration.ofMillis(100).toNanos();

    private static final Duration NO_PONG_LINGER = Duration.ofSeconds(1);
    private static final CloseStatus NO_PONG = new CloseStatus(CloseStatus.NO_PONG, "no pong");

    private static final CloseStatus SLOW_CONSUMER =
            new CloseStatus(CloseStatus.TRY_AGAIN_LATER, "slow consumer");

    // 1001, as in Jetty and Tomcat: the RFC has no code for idleness, 1001 is for an end without
    // anyone's fault, and clients come back after it.
    private static final CloseStatus IDLE = new CloseStatus(CloseStatus.GOING_AWAY, "idle timeout");

    private static final AtomicReferenceFieldUpdater<Keepalive, State> STATE =
            AtomicReferenceFieldUpdater.newUpdater(Keepalive.class, State.class, "state");

    private enum State {
        /** No Pong is owed. */
        QUIET,

        /** A Ping is with the wire, its Pong is owed. */
        AWAITING,

        /**
         * The same, and the Ping was repeated while reading was withheld: no round trip is
         * measured.
         */
        REPEATED,

        /** The session ended or was ended here. */
        STOPPED;

        boolean owesPong() {
            return this == AWAITING || this == REPEATED;
        }
    }

    private final Wire wire;
    private final PingScheduler node;

    /**
     * The point in time, in the session's phase, for which the last Ping was sent; one interval
     * before the first Ping. Written by the wheel's thread only.
     */
    private volatile long pingNanos;

    /**
     * Moved atomically by the wheel's thread and the thread that reads; {@link #stop} just sets it.
     */
    private volatile State state = State.QUIET;

    /**
     * The sum of the looks since the Ping, in 64ths of a timeout. Confined to the wheel's thread.
     */
    private byte points;

    /** The first Ping is due one interval after {@code pingNanos}. */
    Keepalive(Wire wire, PingScheduler node, long pingNanos) {
        this.wire = wire;
        this.node = node;
        this.pingNanos = pingNanos;
    }

    /** The session is open. */
    public void start() {
        schedule(nextWake(node.ticker().nanoTime(), wire.activity()));
    }

    /** The session is over. */
    public void stop() {
        state = State.STOPPED;
        node.wheel().cancel(this);
    }

    /**
     * True if {@code payload}, which is left unchanged, answers our last Ping; false if the Pong is
     * for the application.
     */
    public boolean onPong(ByteBuffer payload) {
        State before = state;
        WireActivity activity = wire.activity();
        if (payload.remaining() != PAYLOAD_BYTES
                || payload.duplicate().getLong() != node.payload(this, pingNanos)) {
            if (before.owesPong() && !activity.isPingPending() && activity.isPingFollowed()) {
                // This Pong may answer both Pings: the application's, and ours before it.
                STATE.compareAndSet(this, before, State.QUIET);
            }
            return false;
        }
        if (before.owesPong() && STATE.compareAndSet(this, before, State.QUIET)) {
            if (before == State.AWAITING && !activity.isPingPending()) {
                long written = activity.pingWrittenNanos();
                node.tellRoundTrip(node.ticker().nanoTime() - written);
            }
        }
        return true;
    }

    @Override
    protected void onDeadline(long nowNanos) {
        WireActivity activity = wire.activity();
        State now = state;
        if (now == State.STOPPED) {
            return;
        }
        if (isWriteStuck(nowNanos, activity)) {
            if (STATE.getAndSet(this, State.STOPPED) != State.STOPPED) {
                wire.fail(SLOW_CONSUMER, node.evictLinger());
            }
            return;
        }
        if (now.owesPong() && isPongLate(nowNanos, activity)) {
            // Fails if the Pong has come at this moment.
            if (STATE.compareAndSet(this, now, State.STOPPED)) {
                wire.fail(NO_PONG, NO_PONG_LINGER);
                return;
            }
        }
        if (isIdle(nowNanos, activity)) {
            if (STATE.getAndSet(this, State.STOPPED) != State.STOPPED) {
                wire.close(IDLE);
            }
            return;
        }
        try {
            ping(nowNanos, activity);
        } finally {
            // Also if there was no memory to write the Ping: the next one may have some.
            schedule(nextWake(nowNanos, activity));
        }
    }

    private boolean isWriteStuck(long nowNanos, WireActivity activity) {
        return activity.isWritePending() && nowNanos - stuckAtNanos(activity) >= 0;
    }

    private long stuckAtNanos(WireActivity activity) {
        return judged(activity.writePendingSinceNanos() + node.slowWriteTimeoutNanos());
    }

    /**
     * A node that stood still first looks at what has come since: it ends no session within a
     * Pong's timeout after that.
     */
    private long judged(long deadlineNanos) {
        return later(deadlineNanos, node.wheel().resumedNanos() + node.pongTimeoutNanos());
    }

    private boolean isIdle(long nowNanos, WireActivity activity) {
        return !activity.isReadingWithheld() && nowNanos - idleAtNanos(activity) >= 0;
    }

    /** Counted from the last read, or from when reading was given back. */
    private long idleAtNanos(WireActivity activity) {
        long readable = later(activity.lastReadNanos(), activity.readingChangedNanos());
        return judged(readable + node.idleTimeoutNanos());
    }

    private static long later(long nanos, long other) {
        return other - nanos > 0 ? other : nanos;
    }

    private boolean isPongLate(long nowNanos, WireActivity activity) {
        long timeout = node.pongTimeoutNanos();
        long written = activity.pingWrittenNanos();
        if (activity.isPingPending() || nowNanos - written < timeout) {
            return false;
        }
        if (activity.isMessageArriving() && nowNanos - activity.lastReadNanos() < timeout) {
            // The Pong can't overtake the frame that its peer is sending; that frame has a deadline
            // of its own.
            return false;
        }
        boolean withheld = activity.isReadingWithheld();
        long changed = activity.readingChangedNanos();
        if (withheld) {
            return nowNanos - changed <= THIS_MOMENT_NANOS && isEnough(1);
        }
        long late = judged(later(written, changed) + timeout);
        return nowNanos - late >= 0 || isEnough(LOOKS);
    }

    private boolean isEnough(int more) {
        points += (byte) more;
        return points > LATE_POINTS;
    }

    private void ping(long nowNanos, WireActivity activity) {
        long interval = node.pingIntervalNanos();
        if (interval == 0) {
            return;
        }
        State now = state;
        if (now == State.QUIET) {
            long sinceLast = nowNanos - pingNanos;
            if (sinceLast >= interval) {
                // Pings that the wheel missed while it stood still are skipped; the phase is kept.
                pingNanos += sinceLast - sinceLast % interval;
                points = 0;
                sendPing(now, State.AWAITING);
            }
        } else if (now.owesPong()
                && activity.isReadingWithheld()
                && !activity.isPingPending()
                && nowNanos - activity.pingWrittenNanos()
                        >= Math.max(interval, 2 * node.pongTimeoutNanos())) {
            // The Ping is repeated because proxies between us forget a connection that carries
            // nothing, however long a callback takes. It is not repeated before we have looked for
            // its Pong for as long as we waited for it: the repetition restarts the deadline, and
            // at short intervals a peer that sends without pause would never reach the deadline.
            // The payload stays the same: a peer may answer only the last of two Pings (RFC 6455
            // section 5.5.3), or both.
            sendPing(now, State.REPEATED);
        }
    }

    private void sendPing(State from, State to) {
        if (STATE.compareAndSet(this, from, to)) {
            try {
                long payload = node.payload(this, pingNanos);
                wire.control(
                        Wire.Control.KEEPALIVE_PING,
                        ByteBuffer.allocate(PAYLOAD_BYTES).putLong(payload).flip());
            } catch (RuntimeException | Error e) {
                // Without memory the Ping may never have left: no Pong is owed for it.
                STATE.compareAndSet(this, to, from);
                throw e;
            }
        }
    }

    private long nextWake(long nowNanos, WireActivity activity) {
        // A write that gets stuck from now on is noticed by then.
        long delay = node.slowWriteTimeoutNanos();
        if (activity.isWritePending()) {
            delay = stuckAtNanos(activity) - nowNanos;
        }
        if (!activity.isReadingWithheld()) {
            delay = Math.min(delay, idleAtNanos(activity) - nowNanos);
        }
        boolean owesPong = state.owesPong();
        if (owesPong) {
            delay = Math.min(delay, nextPongLook(nowNanos, activity));
        }
        if (node.pingIntervalNanos() > 0) {
            // Also while a Pong is owed: it may come long before its deadline.
            long untilPing = pingNanos + node.pingIntervalNanos() - nowNanos;
            delay = owesPong && untilPing <= 0 ? delay : Math.min(delay, untilPing);
        }
        return nowNanos + delay;
    }

    /** Nanoseconds until the Pong can be late, or can be looked for once more. */
    private long nextPongLook(long nowNanos, WireActivity activity) {
        long timeout = node.pongTimeoutNanos();
        if (activity.isPingPending()) {
            return timeout;
        }
        long left = timeout - (nowNanos - activity.pingWrittenNanos());
        return left > 0 ? left : timeout / LOOKS;
    }

    private void schedule(long deadlineNanos) {
        node.wheel().schedule(this, deadlineNanos);
        if (state == State.STOPPED) {
            node.wheel().cancel(this);
        }
    }
}
