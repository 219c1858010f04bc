package io.highwater.time;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that advances a node's {@link TimerWheel}, every 50 ms. A timer that throws does
 * not affect the others; failures are logged once per minute, with their count. Thread-safe.
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

    /** Number of timers that threw. Confined to the thread, like the two fields below. */
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
     * @param steps runs each step, with all timers that are due, on the calling thread
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
            // Only the owner of a JVM that stops interrupts this thread, and wants it to stop.
            LOG.warn("Timers stop: the thread was interrupted");
        }
    }

    /** Survives every exception, even out of memory: no other thread ends dead sessions. */
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
            // The failure can't be reported.
        }
    }

    /** Ends the thread and waits for the timer that is firing. Timers in the wheel stay there. */
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
