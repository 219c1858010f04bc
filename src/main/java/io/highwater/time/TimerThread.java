package io.highwater.time;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that advances a node's {@link TimerWheel}, every 50 ms. A timer that throws
 * hinders no other; failures are logged once a minute, with their count. Thread-safe.
 */
public final class TimerThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TimerThread.class);

    private static final long STEP_MILLIS = 50;
    private static final long LOG_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final TimerWheel wheel;
    private final Ticker ticker;
    private final Executor steps;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /** Timers that threw. Confined to the thread, like the two below it. */
    private long failures;

    private long loggedFailures;
    private long lastLogNanos;

    private TimerThread(TimerWheel wheel, Ticker ticker, Executor steps) {
        this.wheel = wheel;
        this.ticker = ticker;
        this.steps = steps;
        thread = new Thread(this::run, "highwater-timers");
        thread.setDaemon(true);
    }

    /** Starts the thread; {@link #close} ends it. */
    public static TimerThread start(TimerWheel wheel, Ticker ticker) {
        return start(wheel, ticker, Runnable::run);
    }

    /**
     * The same.
     *
     * @param steps runs each step, with all timers that are due, on the thread that asks it to
     */
    public static TimerThread start(TimerWheel wheel, Ticker ticker, Executor steps) {
        TimerThread timers = new TimerThread(wheel, ticker, steps);
        timers.thread.start();
        return timers;
    }

    private void run() {
        try {
            do {
                step();
            } while (!closed.await(STEP_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            // Nobody but a stopping JVM's owner interrupts this thread, and it means the same.
            LOG.warn("Timers stop: the thread was interrupted");
        }
    }

    /** Whatever is thrown, out of memory too: without this thread no dead session is ever ended. */
    private void step() {
        try {
            steps.execute(() -> advance(ticker.nanoTime()));
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private void advance(long nowNanos) {
        boolean done = false;
        while (!done) {
            try {
                wheel.advance(nowNanos);
                done = true;
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        }
    }

    /** A timer that fails for every session would otherwise fill the log. */
    private void failed(Throwable failure) {
        failures++;
        try {
            long nowNanos = ticker.nanoTime();
            if (loggedFailures == 0 || nowNanos - lastLogNanos >= LOG_PAUSE_NANOS) {
                loggedFailures = failures;
                lastLogNanos = nowNanos;
                LOG.error("A timer failed ({} so far)", failures, failure);
            }
        } catch (RuntimeException | Error e) {
            // Nobody can be told.
        }
    }

    /** Ends the thread and waits for the timer that fires. What waits in the wheel stays there. */
    @Override
    public void close() {
        closed.countDown();
        if (Thread.currentThread() != thread) {
            joinUninterrupted();
        }
    }

    private void joinUninterrupted() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
