package io.highwater.wire.deflate;

import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches what contexts take of the heap, and gives up those that may be given up. What was
 * received must be kept for as long as the session lives, since the peer may refer to it; what was
 * sent may be forgotten at any moment.
 *
 * <p>Thread-safe. While the budget is kept it costs an addition when a context grows or goes.
 */
final class DeflateBudget extends Timer {
    private static final Logger LOG = LoggerFactory.getLogger(DeflateBudget.class);

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A context that nothing was sent with for so long is idle. */
    static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final long mostBytes;
    private final TimerWheel wheel;
    private final Executor executor;
    private final DeflateObserver observer;
    private final AtomicLong bytes = new AtomicLong();

    /** Those with a history of their own. */
    private final Set<Sender> holders = ConcurrentHashMap.newKeySet();

    /** Written under this. */
    private volatile BudgetStep step = BudgetStep.CONTEXT;

    private volatile boolean stopped;

    /**
     * @param mostBytes that contexts may take
     * @param executor runs what the timers' thread has no time for
     */
    DeflateBudget(long mostBytes, TimerWheel wheel, Executor executor, DeflateObserver observer) {
        this.mostBytes = mostBytes;
        this.wheel = wheel;
        this.executor = executor;
        this.observer = observer;
    }

    BudgetStep step() {
        return step;
    }

    /** What all contexts take now. */
    long bytes() {
        return bytes.get();
    }

    long nowNanos() {
        return wheel.nowNanos();
    }

    /** A context grew by so much, or shrank. */
    void add(int delta) {
        long now = bytes.addAndGet(delta);
        observer.onContexts(delta);
        if (stepAt(now) != step) {
            move();
        }
    }

    /** It has a history of its own from now on, which the budget may take. */
    void join(Sender holder) {
        holders.add(holder);
    }

    void leave(Sender holder) {
        holders.remove(holder);
    }

    /** The last look may still be under way. */
    void stop() {
        stopped = true;
        wheel.cancel(this);
    }

    private BudgetStep stepAt(long now) {
        if (now > 2 * mostBytes) {
            return BudgetStep.OFF;
        }
        if (now > mostBytes) {
            return BudgetStep.SHARED;
        }
        // An eighth between up and down, or a node at its budget would step at every message.
        return step != BudgetStep.CONTEXT && now > mostBytes - mostBytes / 8
                ? BudgetStep.SHARED
                : BudgetStep.CONTEXT;
    }

    private void move() {
        BudgetStep from;
        BudgetStep to;
        synchronized (this) {
            from = step;
            to = stepAt(bytes.get());
            step = to;
        }
        if (from == to) {
            return;
        }
        observer.onStep(to);
        LOG.atWarn()
                .addKeyValue("from", from)
                .addKeyValue("to", to)
                .addKeyValue("context_bytes", bytes.get())
                .addKeyValue("budget_bytes", mostBytes)
                .log("deflate_budget");
        if (from == BudgetStep.CONTEXT) {
            scheduleNext();
        }
        if (to == BudgetStep.OFF) {
            executor.execute(this::look);
        }
    }

    private void scheduleNext() {
        if (!stopped) {
            wheel.schedule(this, wheel.nowNanos() + PERIOD_NANOS);
        }
    }

    /** For the wheel: a look, and the next one as long as it takes any. */
    @Override
    protected void onDeadline(long nowNanos) {
        executor.execute(
                () -> {
                    try {
                        look();
                    } finally {
                        if (step != BudgetStep.CONTEXT) {
                            scheduleNext();
                        }
                    }
                });
    }

    private void look() {
        long idleSinceNanos = wheel.nowNanos() - IDLE_NANOS;
        for (Sender holder : holders) {
            switch (step) {
                case CONTEXT -> {
                    return;
                }
                case SHARED -> holder.hibernateNoMore(idleSinceNanos);
                case OFF -> holder.hibernateNoMore(wheel.nowNanos());
            }
        }
    }
}
