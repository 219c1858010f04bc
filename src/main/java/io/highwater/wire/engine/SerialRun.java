package io.highwater.wire.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.wire.ProtocolViolation;
import io.highwater.wire.Route;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread at a time for a session, and which one: events from any thread set a flag under the
 * lock, and whoever finds no run under way starts one. The run is the route's executor's, but
 * begins on the transport's thread, and goes on there as long as nothing of it keeps others
 * waiting: an executor that reads must wake the selector to be told of more, which costs as much as
 * the message, and being woken itself costs that again.
 *
 * <p>While a callback has the run, another thread may have the reader; a callback that returns
 * meanwhile leaves the run to it.
 *
 * <p>The second layer of {@link WireConnection}, which decides what there is to do; this decides
 * who does it. What is guarded is guarded by this; no hand-over happens under the lock.
 */
abstract sealed class SerialRun extends CloseHandshake implements Runnable permits Inbound {
    private static final Logger LOG = LoggerFactory.getLogger(WireConnection.class);

    /** The thread that has the run, and how many steps it may take at a time. */
    enum Place {
        /** It sees to other connections: what a peer that floods gets of it, they wait for. */
        TRANSPORT(16),

        /**
         * A carrier preempts no virtual thread; and no more than 50 ms. A flood of 64 B was a sixth
         * slower with turns of 16, and is a twentieth with these.
         */
        EXECUTOR(512);

        private final int steps;

        Place(int steps) {
            this.steps = steps;
        }
    }

    /** Whose the run is. */
    private enum Run {
        /** Nobody's: there is nothing to do. */
        PARKED,
        /** A thread's, which is at it or is about to hand it over. */
        UNDER_WAY,
        /** A thread's, which is in a callback meanwhile: the reader is nobody's. */
        CALLING,
        /** The same, but the reader is another thread's. */
        LOOKING,
        /** Whoever hands sessions over is to do so with it, and has not yet. */
        WAITING,
        /** The executor's, and no thread of it has taken it yet. */
        HANDED;

        boolean waits() {
            return this == WAITING || this == HANDED;
        }
    }

    /** What the run does next. */
    enum Action {
        OPEN,
        /** Of a step that was read on the transport's thread. */
        DELIVER,
        READ,
        NOTIFY_CLOSED,
        /** The transport is closed, and all is let go. */
        FINISH,
        /** All is let go: the transport was reset. */
        RELEASE,
        PARK
    }

    /** How an action went. */
    enum Outcome {
        GOES_ON,

        /** What comes next is the executor's, as it may be long. */
        IS_LONG,

        /** The run is another thread's by now. */
        HAS_LEFT
    }

    final WireContext context;
    final Route route;

    /** Guarded by this. Written there, read anywhere. */
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

    /** Whether it may block, or take its time. */
    @GuardedBy("this")
    abstract boolean isForExecutor(Action action);

    /** The action is no longer due. */
    @GuardedBy("this")
    abstract void begin(Action action);

    abstract Outcome perform(Action action, Place place) throws IOException, ProtocolViolation;

    /** An action failed. False where even to end the session did: then this run is over, too. */
    abstract boolean failed(Throwable cause);

    /** Ends the session on this thread, whose run it is; nothing runs after it. */
    abstract void endHere();

    /** Nothing is left to do. */
    @GuardedBy("this")
    abstract void parked();

    /** As many may wait for the executor as there are sessions: each without a read buffer. */
    abstract void detachReader();

    /** The other end in text, for logs. */
    public abstract String remoteAddress();

    // Who has the run.

    /** Whether all runs on the thread that brings it. */
    final boolean isOnOneThread() {
        return route.executor() == Route.SAME_THREAD;
    }

    /** The caller has taken the run, on the transport's thread: what it may not do is handed on. */
    final void start() {
        if (isOnOneThread()) {
            execute();
        } else {
            serve(Place.TRANSPORT);
        }
    }

    /** There may be something to do: by the executor, if nobody is at it. */
    final void wake() {
        synchronized (this) {
            if (!takeParked()) {
                return;
            }
        }
        execute();
    }

    /** True: the caller has the run, and is to start it. */
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
            // An executor may throw when it has the task already (a thread pool that can't grow).
            // Where it has run that, and the session was handed over once more, the wrong one is
            // taken back: it ends, which is better than 8 bytes for each session to tell them
            // apart.
            if (takeBack(Run.HANDED)) {
                endHere();
            }
            context.logs()
                    .limit(LOG.atWarn(), "no_thread", remoteAddress())
                    .setCause(e)
                    .log("no thread for a session");
        }
    }

    /** With others that the transport's thread has read from. */
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

    /** Once: who is not waiting any more has had it. */
    private void takeTurn() {
        synchronized (this) {
            if (run != Run.WAITING) {
                return;
            }
            run = Run.HANDED;
        }
        handOver();
    }

    /** True where it still waited so: it is this thread's now. */
    private synchronized boolean takeBack(Run waiting) {
        boolean taken = run == waiting;
        if (taken) {
            readingChanges();
            run = Run.UNDER_WAY;
        }
        return taken;
    }

    /** To the end of the executor's queue. False: nobody else has the run, it goes on. */
    private boolean giveWay() {
        if (isOnOneThread()) {
            return false;
        }
        awaitTurn();
        try {
            context.requeue().execute(this::takeTurn);
            return true;
        } catch (RuntimeException | Error e) {
            // It may have the task already.
            LOG.debug("no thread to hand a session over", e);
            return !takeBack(Run.WAITING);
        }
    }

    // The run.

    /** The executor's. */
    @Override
    public final void run() {
        if (takeBack(Run.HANDED)) {
            serve(Place.EXECUTOR);
        }
    }

    /**
     * Until nothing is left to do, or others are to have the thread, or, on the transport's, only
     * the executor may do it.
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

    /** On the executor by the clock of the wheel, which moves twenty times a second. */
    private boolean goesOn(Outcome outcome, Place place, long beganNanos) {
        return place == Place.EXECUTOR
                ? context.wheel().nowNanos() == beganNanos
                : outcome == Outcome.GOES_ON;
    }

    // Who has the reader: the run, unless a callback has that. All guarded by this.

    /** A callback begins; others may have the reader until it is back. */
    final void callBegins() {
        if (!isOnOneThread()) {
            run = Run.CALLING;
        }
    }

    /** The callback is back. False: the reader is another's, and so is the run from now on. */
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

    /** The caller has the reader now, and the run too where it was nobody's. */
    final void takeReader() {
        run = run == Run.CALLING ? Run.LOOKING : Run.UNDER_WAY;
    }

    /** True: the callback still runs, and has the run. False: the caller goes on with it. */
    final boolean giveReaderBack() {
        boolean calling = run == Run.LOOKING;
        if (calling) {
            run = Run.CALLING;
        }
        return calling;
    }

    // For keepalive.

    /** Whether the executor has not taken it up yet. */
    final boolean isWaitingForExecutor() {
        return run.waits();
    }

    /** Reading is withheld from now on, or goes on. */
    final void readingChanges() {
        readingChangedNanos = context.wheel().nowNanos();
    }

    /** When {@link #readingChanges} was last called. */
    public final long readingChangedNanos() {
        return readingChangedNanos;
    }
}
