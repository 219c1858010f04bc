package io.highwater.wire.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.wire.ProtocolViolation;
import io.highwater.wire.Route;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a session one thread at a time, and decides which. Events from any thread set a flag under
 * the lock, and the thread that finds no run under way starts one. The run belongs to the route's
 * executor, but it begins on the transport's thread, and goes on there as long as it keeps no other
 * connection waiting: an executor that reads must wake the selector to be told of more, which costs
 * as much as the message, and waking the executor costs that again.
 *
 * <p>While a callback has the run, another thread may have the reader; a callback that returns
 * meanwhile leaves the run to that thread.
 *
 * <p>The second layer of {@link WireConnection}. The layers above decide what there is to do; this
 * one decides which thread does it. Guarded state is guarded by this; no hand-over happens under
 * the lock.
 */
abstract sealed class SerialRun extends CloseHandshake implements Runnable permits Inbound {
    private static final Logger LOG = LoggerFactory.getLogger(WireConnection.class);

    /** The kind of thread that has the run, and how many steps it may take at a time. */
    enum Place {
        /** It serves other connections, too: they wait while it serves a peer that floods. */
        TRANSPORT(16),

        /**
         * Limited because a carrier preempts no virtual thread; besides, a turn lasts no more than
         * 50 ms. A flood of 64 B was a sixth slower with turns of 16, and is a twentieth slower
         * with these.
         */
        EXECUTOR(512);

        private final int steps;

        Place(int steps) {
            this.steps = steps;
        }
    }

    /** Who has the run. */
    private enum Run {
        /** No thread has it: there is nothing to do. */
        PARKED,
        /** A thread has it, and works on it or is about to hand it over. */
        UNDER_WAY,
        /** A thread has it and is in a callback: no thread has the reader. */
        CALLING,
        /** The same, but another thread has the reader. */
        LOOKING,
        /** It waits for the waker or the requeue, which will hand it to the executor. */
        WAITING,
        /** The executor has it, and no thread of the executor has taken it yet. */
        HANDED;

        boolean waits() {
            return this == WAITING || this == HANDED;
        }
    }

    /** What the run does next. */
    enum Action {
        OPEN,
        /** Delivers a step that was read on the transport's thread. */
        DELIVER,
        READ,
        NOTIFY_CLOSED,
        /** Closes the transport and releases everything. */
        FINISH,
        /** Releases everything; the transport was reset. */
        RELEASE,
        PARK
    }

    /** How an action went. */
    enum Outcome {
        GOES_ON,

        /** What comes next may take long: the transport's thread leaves it to the executor. */
        IS_LONG,

        /** Another thread has the run by now. */
        HAS_LEFT
    }

    final WireContext context;
    final Route route;

    /** Guarded by this: written under the lock, read without it. */
    private volatile Run run = Run.PARKED;

    private volatile long readingChangedNanos;

    SerialRun(WireContext context, Route route) {
        this.context = context;
        this.route = route;
        this.readingChangedNanos = context.wheel().nowNanos();
    }

    // What the layers above have to do.

    @GuardedBy("this")
    abstract Action nextAction();

    /** Whether the action may block or take long. */
    @GuardedBy("this")
    abstract boolean isForExecutor(Action action);

    /** The action begins, and is no longer due. */
    @GuardedBy("this")
    abstract void begin(Action action);

    abstract Outcome perform(Action action, Place place) throws IOException, ProtocolViolation;

    /** An action failed. False if ending the session failed, too: this run is over then. */
    abstract boolean failed(Throwable cause);

    /** Ends the session on this thread, which has the run; nothing runs after that. */
    abstract void endHere();

    /** Nothing is left to do: the run is parked. */
    @GuardedBy("this")
    abstract void parked();

    /**
     * Gives the read buffer back, since as many sessions may wait for the executor as there are.
     */
    abstract void detachReader();

    /** The other end in text, for logs. */
    public abstract String remoteAddress();

    // Who has the run.

    /** Whether everything runs on the thread that brings the event. */
    final boolean isOnOneThread() {
        return route.executor() == Route.SAME_THREAD;
    }

    /**
     * The caller, the transport's thread, has taken the run; it hands on what it may not do itself.
     */
    final void start() {
        if (isOnOneThread()) {
            execute();
        } else {
            serve(Place.TRANSPORT);
        }
    }

    /** There may be something to do: the executor does it, unless a thread has the run already. */
    final void wake() {
        synchronized (this) {
            if (!takeParked()) {
                return;
            }
        }
        execute();
    }

    /** True: the caller has the run, and must start it. */
    @GuardedBy("this")
    final boolean takeParked() {
        boolean parked = run == Run.PARKED;
        if (parked) {
            run = Run.UNDER_WAY;
        }
        return parked;
    }

    private void execute() {
        synchronized (this) {
            readingChanges();
            run = Run.HANDED;
        }
        handOver();
    }

    private void handOver() {
        try {
            detachReader();
            route.executor().execute(this);
        } catch (RuntimeException | Error e) {
            // An executor may throw although it has the task (a thread pool that can't grow). If it
            // has run that task, and the session was handed over once more since, this takes the
            // wrong hand-over back: the session ends, which is better than 8 bytes per session to
            // tell the two apart.
            if (takeBack(Run.HANDED)) {
                endHere();
            }
            context.logs()
                    .limit(LOG.atWarn(), "no_thread", remoteAddress())
                    .setCause(e)
                    .log("no thread for a session");
        }
    }

    /** Hands the session over together with others that the transport's thread has read from. */
    private void executeSoon() {
        boolean waits = false;
        awaitTurn(); // Before what may fail: takeTurn acts only on a run that waits.
        try {
            detachReader();
            waits = context.waker().wakeSoon(route.executor(), this::takeTurn);
        } catch (RuntimeException | Error e) {
            LOG.debug("no memory to let a session wait", e);
        }
        if (!waits) {
            takeTurn();
        }
    }

    private synchronized void awaitTurn() {
        readingChanges();
        run = Run.WAITING;
    }

    /** Takes effect once: a session that no longer waits has had its turn. */
    private void takeTurn() {
        synchronized (this) {
            if (run != Run.WAITING) {
                return;
            }
            run = Run.HANDED;
        }
        handOver();
    }

    /** True if the run still waited in this state: this thread has it now. */
    private synchronized boolean takeBack(Run waiting) {
        boolean taken = run == waiting;
        if (taken) {
            readingChanges();
            run = Run.UNDER_WAY;
        }
        return taken;
    }

    /**
     * Goes to the end of the executor's queue. False: this thread still has the run and goes on.
     */
    private boolean giveWay() {
        if (isOnOneThread()) {
            return false;
        }
        awaitTurn();
        try {
            context.requeue().execute(this::takeTurn);
            return true;
        } catch (RuntimeException | Error e) {
            // The requeue may have the task already.
            LOG.debug("no thread to hand a session over", e);
            return !takeBack(Run.WAITING);
        }
    }

    // The run.

    /** Called by the executor. */
    @Override
    public final void run() {
        if (takeBack(Run.HANDED)) {
            serve(Place.EXECUTOR);
        }
    }

    /**
     * Runs until nothing is left to do, or until other sessions must have the thread, or, on the
     * transport's thread, until only the executor may do what is next.
     */
    final void serve(Place place) {
        int steps = place.steps;
        long beganNanos = context.wheel().nowNanos();
        while (true) {
            Action action;
            boolean leave;
            synchronized (this) {
                action = nextAction();
                if (action == Action.PARK) {
                    run = Run.PARKED;
                    parked();
                    return;
                }
                leave = steps == 0 || (place == Place.TRANSPORT && isForExecutor(action));
                if (!leave) {
                    begin(action);
                }
            }
            if (leave) {
                if (leaves(place)) {
                    return;
                }
                steps = place.steps;
                beganNanos = context.wheel().nowNanos();
                continue;
            }
            try {
                Outcome outcome = perform(action, place);
                if (outcome == Outcome.HAS_LEFT) {
                    return;
                }
                steps = goesOn(outcome, place, beganNanos) ? steps - 1 : 0;
            } catch (ProtocolViolation | IOException | RuntimeException | Error e) {
                if (!failed(e)) {
                    return;
                }
            }
        }
    }

    private boolean leaves(Place place) {
        if (place == Place.EXECUTOR) {
            return giveWay();
        }
        executeSoon();
        return true;
    }

    /** On the executor, goes on until the wheel's clock moves, which is twenty times per second. */
    private boolean goesOn(Outcome outcome, Place place, long beganNanos) {
        return place == Place.EXECUTOR
                ? context.wheel().nowNanos() == beganNanos
                : outcome == Outcome.GOES_ON;
    }

    // Who has the reader: the run, except while a callback has the run. All guarded by this.

    /** A callback begins; other threads may have the reader until it returns. */
    final void callBegins() {
        if (!isOnOneThread()) {
            run = Run.CALLING;
        }
    }

    /** The callback has returned. False: another thread has the reader, and the run from now on. */
    final boolean callEnds() {
        boolean mine = run != Run.LOOKING;
        run = Run.UNDER_WAY;
        return mine;
    }

    final boolean isCalling() {
        return run == Run.CALLING;
    }

    final boolean isParked() {
        return run == Run.PARKED;
    }

    /** The caller has the reader now, and the run too if no thread had it. */
    final void takeReader() {
        run = run == Run.CALLING ? Run.LOOKING : Run.UNDER_WAY;
    }

    /** True: the callback still runs, and has the run. False: the caller goes on with the run. */
    final boolean giveReaderBack() {
        boolean calling = run == Run.LOOKING;
        if (calling) {
            run = Run.CALLING;
        }
        return calling;
    }

    // For keepalive.

    /** Whether the session waits for the executor to take it up. */
    final boolean isWaitingForExecutor() {
        return run.waits();
    }

    /** Notes the time: from now on reading is withheld, or goes on again. */
    final void readingChanges() {
        readingChangedNanos = context.wheel().nowNanos();
    }

    /** When {@link #readingChanges} was last called. */
    public final long readingChangedNanos() {
        return readingChangedNanos;
    }
}
