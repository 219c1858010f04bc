package io.highwater.node.drain;

import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One drain under way: closes sessions in random order at the times of its {@link DrainPlan}, and
 * tells each client when to come back. Closing a session does not block, so the whole drain runs on
 * the timer thread, to which it is confined.
 */
final class Drain extends Timer {
    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** How often it looks for sessions that opened late, by closing all sessions once more. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Most sessions closed per step, since other timers wait for a step: 200,000 per second. */
    private static final int MOST_A_STEP = 10_000;

    /** The lifecycle of a drain; it only moves downwards. */
    private enum State {
        /** Waits for its first step, which counts the sessions. */
        NEW,
        /** Closes one session after the other. */
        PACING,
        /** All sessions were closed; waits for those that have not ended. */
        WAITING,
        DONE
    }

    private final List<SessionGroup> groups;
    private final Duration window;
    private final Duration closeTimeout;
    private final RetrySpread spread;
    private final TimerWheel wheel;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    private State state = State.NEW;
    private DrainPlan plan = new DrainPlan(0, 0, 0, 0);

    /** For the sessions open at the start; those from index {@link #closed} on are still to run. */
    private List<Runnable> closers = List.of();

    private int closed;
    private long lastNanos;
    private long lookNanos;
    private long startNanos;
    private int failures;

    Drain(List<SessionGroup> groups, Duration window, Duration closeTimeout, TimerWheel wheel) {
        this.groups = List.copyOf(groups);
        this.window = window;
        this.closeTimeout = closeTimeout;
        this.spread = new RetrySpread(window);
        this.wheel = wheel;
    }

    /** Begins with the next step of the wheel. */
    void start() {
        startNanos = wheel.nowNanos();
        wheel.schedule(this, startNanos);
    }

    /** Completes when no session is left, or when the slowest has had its time to answer. */
    CompletableFuture<Void> done() {
        return done;
    }

    @Override
    protected void onDeadline(long nowNanos) {
        try {
            step(nowNanos);
        } catch (RuntimeException | Error e) {
            failed(e);
            if (isPastAll(nowNanos)) {
                state = State.DONE;
            }
        }
        if (state == State.DONE) {
            if (failures > 1) {
                LOG.atError().addKeyValue("failures", failures).log("drain_failed");
            }
            done.complete(null);
        } else {
            wheel.schedule(this, nowNanos + STEP_NANOS);
        }
    }

    private void step(long nowNanos) {
        if (state == State.NEW) {
            closers = closers();
            Collections.shuffle(closers);
            plan = DrainPlan.of(closers.size(), nowNanos, window, closeTimeout);
            state = State.PACING;
        }
        if (state == State.PACING) {
            int due = Math.min(plan.due(nowNanos), closed + MOST_A_STEP);
            for (; closed < due; closed++) {
                close(closers.get(closed));
            }
            if (closed < closers.size()) {
                return;
            }
            closers = List.of();
            lastNanos = nowNanos;
            lookNanos = nowNanos;
            state = State.WAITING;
        } else if (plan.isOver(lastNanos, nowNanos)) {
            state = State.DONE;
            return;
        } else if (nowNanos - lookNanos >= 0) {
            // A session whose handshake was accepted before the drain may have opened after it
            // began. Closing a session that is already closing does no harm.
            lookNanos = nowNanos + LOOK_NANOS;
            closers().forEach(this::close);
        }
        if (open() == 0) {
            state = State.DONE;
        }
    }

    /** Whether failing steps made it last longer than any drain may; it ends then. */
    private boolean isPastAll(long nowNanos) {
        Duration most = window.plus(closeTimeout).plus(DrainPlan.DEADLINES);
        return nowNanos - startNanos >= most.toNanos();
    }

    /** A failure of one session does not keep the others from being closed. */
    private void close(Runnable closer) {
        try {
            closer.run();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private void failed(Throwable cause) {
        failures++;
        if (failures == 1) {
            LOG.atError().setCause(cause).log("drain_failed");
        }
    }

    private int open() {
        return groups.stream().mapToInt(SessionGroup::open).sum();
    }

    private List<Runnable> closers() {
        List<Runnable> all = new ArrayList<>();
        groups.forEach(group -> all.addAll(group.closers(spread)));
        return all;
    }
}
