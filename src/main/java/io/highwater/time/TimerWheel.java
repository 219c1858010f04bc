package io.highwater.time;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The node's timers: a hierarchical wheel, arithmetic only. It has no thread and reads no clock:
 * {@link #advance} moves it, and {@link TimerThread} calls that.
 *
 * <p>Schedule, move and cancel cost the same with one timer as with a million. A timer never fires
 * early, and late by less than one slot (34 ms) plus the time between two calls of {@code advance}.
 *
 * <p>Thread-safe by one lock, under which no timer fires. {@code advance} has one caller at a time.
 */
public final class TimerWheel {
    // A level is a ring of slots; a slot is a list of the timers whose time, cut to the slot's
    // width, falls on it. A timer goes to the first level whose ring reaches far enough. When time
    // enters a slot, its list is taken out: what is due fires, the rest is placed again and so
    // moves to a finer level. A slot at the finest level is visited once more when time leaves it,
    // for what came due in between. After Varghese and Lauck, "Hashed and Hierarchical Timing
    // Wheels", and caffeine's TimerWheel.
    //
    // The finest ring spans 68.7 s, more than any deadline of a healthy session (pings, pongs,
    // idle checks, lingers), so that those are placed once and never moved.
    //
    // Time inside counts from the wheel's first nanosecond: it is never negative and does not wrap
    // in 292 years, wherever the Ticker's values are.
    private static final int[] SLOTS = {2048, 64, 64, 1};
    private static final int[] SHIFT = {25, 36, 42, 48};

    /** The longest delay, 73 years; a longer one counts as this. */
    private static final long MAX_DELAY_NANOS = Long.MAX_VALUE >> 2;

    /**
     * Twenty steps of the timers' thread: a shorter pause is the scheduler's, or a garbage
     * collection.
     */
    private static final long STOOD_STILL_NANOS = 1_000_000_000;

    private static final long AGAIN_NANOS = 1_000_000_000;

    private final long originNanos;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Slot[][] levels = new Slot[SLOTS.length][];

    /** Timers that were taken out of their slots and have not fired yet. */
    @GuardedBy("lock")
    private final Slot due = new Slot();

    /** Time since originNanos. Written under lock by advance; read without it, being volatile. */
    private volatile long elapsedNanos;

    /** Since originNanos. Written by advance. */
    private volatile long resumedNanos;

    /**
     * @param nowNanos the present, of the node's {@link Ticker}
     */
    public TimerWheel(long nowNanos) {
        originNanos = nowNanos;
        for (int i = 0; i < SLOTS.length; i++) {
            levels[i] = new Slot[SLOTS[i]];
            for (int j = 0; j < SLOTS[i]; j++) {
                levels[i][j] = new Slot();
            }
        }
    }

    /**
     * The time of the last {@link #advance}: a cheap clock, as coarse as the steps of the wheel.
     */
    public long nowNanos() {
        return originNanos + elapsedNanos;
    }

    /**
     * When the wheel last went on after it had stood still for a second or more, else when it
     * began. It stands still when the machine sleeps, or a collection holds the process up. Nothing
     * read what peers sent in that time.
     */
    public long resumedNanos() {
        return originNanos + resumedNanos;
    }

    /**
     * Has {@code timer} fire once at or after {@code deadlineNanos}, or at the next advance if that
     * is past. A timer that waits already is moved.
     */
    public void schedule(Timer timer, long deadlineNanos) {
        synchronized (lock) {
            unlink(timer);
            long elapsed = elapsedNanos;
            long delay = deadlineNanos - (originNanos + elapsed);
            timer.dueNanos = elapsed + Math.max(0, Math.min(delay, MAX_DELAY_NANOS));
            place(timer, elapsed);
        }
    }

    /**
     * Takes the timer out. False if it was not waiting: it was never scheduled, is cancelled, or
     * has been taken out to fire (and may be firing at this moment, on the wheel's thread).
     */
    public boolean cancel(Timer timer) {
        synchronized (lock) {
            return unlink(timer);
        }
    }

    /**
     * Moves to {@code nowNanos} and fires what is due, each timer once, however late. A time before
     * the last one leaves the wheel where it is.
     *
     * <p>An exception of a timer is thrown here, and the timer fires once more in a second, unless
     * it waits already: a recurring timer does not end with one failure. Timers that are still to
     * fire do so at the next call, which may have the same time.
     */
    public void advance(long nowNanos) {
        synchronized (lock) {
            long previous = elapsedNanos;
            long now = Math.max(previous, nowNanos - originNanos);
            elapsedNanos = now;
            if (now - previous >= STOOD_STILL_NANOS) {
                resumedNanos = now;
            }
            for (int level = 0; level < SLOTS.length; level++) {
                long from = previous >>> SHIFT[level];
                long to = now >>> SHIFT[level];
                if (level > 0 && from == to) {
                    break;
                }
                long first = Math.max(from, to - SLOTS[level] + 1);
                for (long tick = first; tick <= to; tick++) {
                    empty(levels[level][slot(level, tick)], now);
                }
            }
        }
        for (Timer timer = pollDue(); timer != null; timer = pollDue()) {
            boolean done = false;
            try {
                timer.onDeadline(nowNanos);
                done = true;
            } finally {
                if (!done) {
                    scheduleAgain(timer);
                }
            }
        }
    }

    private void scheduleAgain(Timer timer) {
        synchronized (lock) {
            if (timer.next == null) {
                timer.dueNanos = elapsedNanos + AGAIN_NANOS;
                place(timer, elapsedNanos);
            }
        }
    }

    private @Nullable Timer pollDue() {
        synchronized (lock) {
            Timer first = due.next;
            if (first == null || first == due) {
                return null;
            }
            unlink(first);
            return first;
        }
    }

    /** Caller holds lock. */
    @GuardedBy("lock")
    private void empty(Slot slot, long elapsed) {
        // Placing may put a timer back into this very slot, so the list is cut off first.
        Timer timer = slot.takeAll();
        while (timer != null) {
            Timer following = timer.next;
            timer.next = null;
            timer.prev = null;
            if (timer.dueNanos <= elapsed) {
                due.append(timer);
            } else {
                place(timer, elapsed);
            }
            timer = following;
        }
    }

    @GuardedBy("lock")
    private void place(Timer timer, long elapsed) {
        long delay = timer.dueNanos - elapsed;
        int level = 0;
        while (level < SLOTS.length - 1 && delay >= (long) SLOTS[level] << SHIFT[level]) {
            level++;
        }
        levels[level][slot(level, timer.dueNanos >>> SHIFT[level])].append(timer);
    }

    private static int slot(int level, long tick) {
        return (int) tick & (SLOTS[level] - 1);
    }

    /** Caller holds lock. */
    private static boolean unlink(Timer timer) {
        Timer prev = timer.prev;
        Timer next = timer.next;
        if (prev == null || next == null) {
            return false;
        }
        prev.next = next;
        next.prev = prev;
        timer.prev = null;
        timer.next = null;
        return true;
    }

    /** The head of a ring list; guarded by lock. */
    private static final class Slot extends Timer {
        Slot() {
            prev = this;
            next = this;
        }

        void append(Timer timer) {
            Timer last = Objects.requireNonNull(prev);
            timer.prev = last;
            timer.next = this;
            last.next = timer;
            prev = timer;
        }

        /** The timers as a chain that ends with null, or null; leaves the slot empty. */
        @Nullable Timer takeAll() {
            Timer first = next;
            Timer last = prev;
            if (first == this || last == null) {
                return null;
            }
            last.next = null;
            prev = this;
            next = this;
            return first;
        }

        @Override
        protected void onDeadline(long nowNanos) {
            throw new AssertionError("a slot is no timer");
        }
    }
}
