package io.highwater.wire.jetty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.log.LogLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.VirtualThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Collects what a thread that selects leaves to executors. It wakes their threads together when it
 * has seen to all connections that are ready, or to {@value #AT_ONCE}. If it woke an executor's
 * thread for each message, one that shares the core would take the message at once and give the
 * core back: two changes of threads per message.
 *
 * <p>Thread-safe: a round belongs to the thread that began it, and a thread that is not in its own
 * round wakes at once.
 */
public final class SelectRound {
    private static final Logger LOG = LoggerFactory.getLogger(SelectRound.class);

    /**
     * With a core to spare, the first message waits for this many reads; on one core, this is
     * enough.
     */
    private static final int AT_ONCE = 16;

    /** The last round that this thread began. */
    private static final ThreadLocal<SelectRound> LAST = new ThreadLocal<>();

    private final boolean waits;
    private final LogLimit logs;

    /** Null while it selects. */
    @GuardedBy("this")
    private @Nullable Thread owner;

    /** Null while nothing waits. */
    @GuardedBy("this")
    private @Nullable Batch waiting;

    /** Connections that were ready since the first task began to wait. */
    @GuardedBy("this")
    private int passed;

    /**
     * Collects only for virtual threads: with a busy pool, what is handed over in two steps waits
     * twice.
     *
     * @param logs limits the lines about sessions that could not be handed over
     */
    public SelectRound(LogLimit logs) {
        this(VirtualThreads.areSupported(), logs);
    }

    SelectRound(boolean waits, LogLimit logs) {
        this.waits = waits;
        this.logs = logs;
    }

    /** This thread has selected, and begins the round. */
    public void begin() {
        if (!waits) {
            return;
        }
        synchronized (this) {
            owner = Thread.currentThread();
        }
        LAST.set(this);
    }

    /** One more connection of this thread's round has its turn now: one that is ready, or new. */
    public static void next() {
        SelectRound round = LAST.get();
        if (round != null && round.isDue()) {
            round.wakeAll();
        }
    }

    private synchronized boolean isDue() {
        return waiting != null && ++passed >= AT_ONCE;
    }

    /** A thread is about to select, or no thread will again. */
    public void end() {
        synchronized (this) {
            owner = null;
        }
        wakeAll();
    }

    /**
     * Has {@code wake}, which hands a task to {@code executor}, called when this thread's round is
     * over. False, or an exception: this thread is in no round, and nothing is called.
     */
    public static boolean wakeSoon(Executor executor, Runnable wake) {
        SelectRound round = LAST.get();
        return round != null && round.add(executor, wake);
    }

    private boolean add(Executor executor, Runnable wake) {
        boolean full;
        synchronized (this) {
            if (owner != Thread.currentThread()) {
                return false;
            }
            if (waiting == null) {
                waiting = new Batch(executor, logs);
                passed = 0;
            }
            waiting.wakes.add(wake);
            full = waiting.wakes.size() >= AT_ONCE;
        }
        if (full) {
            wakeAll();
        }
        return true;
    }

    private void wakeAll() {
        Batch due;
        synchronized (this) {
            due = waiting;
            waiting = null;
        }
        if (due != null) {
            due.start();
        }
    }

    /** Once started, confined to the thread that runs it. */
    private static final class Batch extends AtomicBoolean implements Runnable {
        private static final long serialVersionUID = 1;

        private final transient Executor executor;
        private final transient LogLimit logs;
        private final transient List<Runnable> wakes = new ArrayList<>(AT_ONCE);

        Batch(Executor executor, LogLimit logs) {
            this.executor = executor;
            this.logs = logs;
        }

        /**
         * An executor that one of its own threads wakes changes no thread: it takes the tasks from
         * that thread's queue.
         */
        void start() {
            if (wakes.size() == 1) {
                run();
                return;
            }
            try {
                executor.execute(this);
            } catch (RuntimeException | Error e) {
                // The executor may have taken the task although it threw, like a pool that can't
                // grow.
                run();
            }
        }

        @Override
        public void run() {
            if (!compareAndSet(false, true)) {
                return;
            }
            for (Runnable wake : wakes) {
                try {
                    wake.run();
                } catch (RuntimeException | Error e) {
                    logs.say(LOG, Level.ERROR, "hand_over_failed", e);
                }
            }
        }
    }
}
