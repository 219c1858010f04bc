package io.highwater.wire.engine;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Debtor;
import io.highwater.limits.Payer;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import io.highwater.wire.CloseStatus;
import java.time.Duration;

/**
 * What one wire keeps of arriving messages, where that is more than a little. It is charged to
 * {@link Account#INBOUND}, watched for progress, and slowed down while the account is pressed.
 *
 * <p>A message that arrives in parts must arrive at 1 KB/s or faster. The rate is judged over a
 * timeout in which nothing but the peer kept the message from coming.
 *
 * <p>Thread-safe: the wire's serial run changes it; the timers and any thread that fills the
 * account ask it.
 */
final class InboundCharge extends Timer implements Debtor {
    /** Less than this is not charged: it is part of what a session costs. */
    static final int LEAST_BYTES = 1024;

    /** Beside the message: this object, a reader with its parser, headers of arrays. Measured. */
    static final int OBJECT_BYTES = 300;

    /** RFC 6455 has no such rule; the slowest modem was four times faster. */
    private static final double LEAST_BYTES_PER_NANO = 1024 / 1e9;

    /** Number of looks per timeout. */
    private static final int LOOKS = 10;

    /**
     * Time between two reads of a wire that is held: 16 KB/s, as long as the account is pressed.
     */
    private static final long HOLD_NANOS = Duration.ofSeconds(1).toNanos();

    private static final CloseStatus TOO_SLOW =
            new CloseStatus(CloseStatus.POLICY, "a message arrives too slowly");
    private static final CloseStatus NO_MEMORY =
            new CloseStatus(CloseStatus.TRY_AGAIN_LATER, "no memory for messages");

    /** The part of the wire that the charge needs, to hold the wire up and to end it. */
    interface Subject {
        Payer payer();

        /** Whether something other than the peer is the reason why nothing is read. */
        boolean isReadingWithheld();

        /** The charge no longer holds the wire up. */
        void onLetGo();

        /** Ends the wire on a thread of its executor. */
        void endSoon(CloseStatus status);
    }

    private enum State {
        /** The wire may read on. */
        OPEN,

        /** The wire waits before it reads on. */
        HELD,

        /** Nothing is charged any more. */
        OVER
    }

    private final Subject wire;
    private final Book book;
    private final TimerWheel wheel;
    private final long timeoutNanos;

    /** Guarded by this, like the fields below; {@link #isHeld} reads it without the lock. */
    private volatile State state = State.OPEN;

    private long keptBytes = OBJECT_BYTES;
    private long keptSinceNanos;

    /** Payload bytes since the start of the window over which the rate is judged. */
    private long progressBytes;

    private long windowNanos;

    /** A message has begun and not ended. Written under this, read without it. */
    private volatile boolean inMessage;

    /**
     * @param timeout zero: no message is too slow
     */
    InboundCharge(Subject wire, Book book, TimerWheel wheel, Duration timeout) {
        this.wire = wire;
        this.book = book;
        this.wheel = wheel;
        this.timeoutNanos = timeout.toNanos();
        this.windowNanos = wheel.nowNanos();
        this.keptSinceNanos = windowNanos;
        book.add(wire.payer(), OBJECT_BYTES);
        book.join(this);
    }

    /**
     * Sets how much the wire keeps of messages now.
     *
     * @param cameBytes payload that has come since the last call
     * @param partial a message has begun and not ended
     */
    void set(long messageBytes, long cameBytes, boolean partial) {
        long bytes = OBJECT_BYTES + messageBytes;
        synchronized (this) {
            if (state == State.OVER) {
                return;
            }
            if (!inMessage && partial) {
                beginWindow();
                lookAgain();
            }
            if (bytes < keptBytes / 2) {
                keptSinceNanos = wheel.nowNanos();
            }
            inMessage = partial;
            progressBytes += cameBytes;
            book.add(wire.payer(), bytes - keptBytes);
            keptBytes = bytes;
            if (partial && book.isPressed(wire.payer(), bytes)) {
                state = State.HELD;
                wheel.schedule(this, wheel.nowNanos() + HOLD_NANOS);
            }
        }
    }

    /** Adds to what the wire keeps, or subtracts; leaves alone whether a message has begun. */
    void add(long bytes) {
        synchronized (this) {
            if (state == State.OVER) {
                return;
            }
            book.add(wire.payer(), bytes);
            keptBytes += bytes;
        }
    }

    /** Ends wires that keep too much. Call it without a lock, since it may call other sessions. */
    void settle() {
        book.settle(wire.payer());
    }

    boolean isHeld() {
        return state == State.HELD;
    }

    boolean isMessageArriving() {
        return inMessage;
    }

    /** Nothing is kept any more. */
    void close() {
        finish();
        wheel.cancel(this);
    }

    private synchronized boolean finish() {
        if (state == State.OVER) {
            return false;
        }
        state = State.OVER;
        book.add(wire.payer(), -keptBytes);
        keptBytes = 0;
        book.leave(this);
        return true;
    }

    private void beginWindow() {
        windowNanos = wheel.nowNanos();
        progressBytes = 0;
    }

    private void lookAgain() {
        if (timeoutNanos > 0 && state != State.OVER) {
            wheel.schedule(this, wheel.nowNanos() + timeoutNanos / LOOKS);
        }
    }

    @Override
    protected void onDeadline(long nowNanos) {
        boolean letGo;
        synchronized (this) {
            if (state == State.OVER) {
                return;
            }
            letGo = state == State.HELD;
            state = State.OPEN;
        }
        if (isTooSlow(nowNanos)) {
            if (finish()) {
                wire.endSoon(TOO_SLOW);
            }
            return;
        }
        lookAgain();
        if (letGo) {
            wire.onLetGo();
        }
    }

    private synchronized boolean isTooSlow(long nowNanos) {
        if (!inMessage || state == State.OVER || wire.isReadingWithheld()) {
            beginWindow();
            return false;
        }
        if (timeoutNanos == 0 || nowNanos - windowNanos < timeoutNanos) {
            return false;
        }
        boolean slow = progressBytes < timeoutNanos * LEAST_BYTES_PER_NANO;
        beginWindow();
        return slow;
    }

    @Override
    public Payer payer() {
        return wire.payer();
    }

    @Override
    public synchronized long keptBytes() {
        return keptBytes;
    }

    @Override
    public synchronized long ageNanos(long nowNanos) {
        return nowNanos - keptSinceNanos;
    }

    @Override
    public boolean end(Account account) {
        boolean ended = finish();
        if (ended) {
            wheel.cancel(this);
            wire.endSoon(NO_MEMORY);
        }
        return ended;
    }
}
