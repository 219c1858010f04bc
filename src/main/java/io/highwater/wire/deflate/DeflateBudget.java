package io.highwater.wire.deflate;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import io.highwater.wire.Wire;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
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

    static final String OBSERVER = "deflate";

    private final long mostBytes;
    private final Book book;
    private final TimerWheel wheel;
    private final Executor executor;
    private final DeflateObserver observer;
    private final LogLimit logs;

    /** Those with a history of their own. */
    private final Set<Sender> holders = ConcurrentHashMap.newKeySet();

    /** Sessions that may come to keep a whole window, of all and of an address. */
    private final AtomicInteger promises = new AtomicInteger();

    private final Map<Payer, Integer> promisesOfAddress = new ConcurrentHashMap<>();

    /** Written under this. */
    private volatile BudgetStep step = BudgetStep.CONTEXT;

    private volatile boolean stopped;

    /**
     * @param mostBytes that contexts may take before less is compressed
     * @param book the account they are in, which says what they may take at all
     * @param executor runs what the timers' thread has no time for
     */
    DeflateBudget(
            long mostBytes,
            Book book,
            TimerWheel wheel,
            Executor executor,
            DeflateObserver observer,
            LogLimit logs) {
        this.mostBytes = mostBytes;
        this.book = book;
        this.wheel = wheel;
        this.executor = executor;
        this.observer = observer;
        this.logs = logs;
    }

    BudgetStep step() {
        return step;
    }

    /** What all contexts take now. */
    long bytes() {
        return book.bytes();
    }

    long nowNanos() {
        return wheel.nowNanos();
    }

    /**
     * A context grew by so much, or shrank.
     *
     * @param payer null where it is nobody's alone
     */
    void add(@Nullable Payer payer, int delta) {
        book.add(payer, delta);
        try {
            observer.onContexts(delta);
        } catch (RuntimeException | Error e) {
            logs.untold(OBSERVER, e);
        }
        if (stepAt(book.bytes()) != step) {
            move();
        }
    }

    /** Whether a context of ours may take more, or be made: a quarter is for what was received. */
    boolean mayGrow(@Nullable Payer payer) {
        return step == BudgetStep.CONTEXT && book.fitsAddress(payer, book.mostBytesOfAddress() / 4);
    }

    /**
     * Whether one more session may come to keep a whole window of what it receives. They have half
     * of the account, and of their address's share, full as they may get, so that they alone never
     * fill it.
     */
    boolean mayKeepAll(Payer payer) {
        return step == BudgetStep.CONTEXT
                && !book.isClosedTo(payer)
                && fitsHalf(promises.get() + 1, book.mostBytes())
                && (payer.isProxy()
                        || fitsHalf(
                                promisesOfAddress.getOrDefault(payer, 0) + 1,
                                book.mostBytesOfAddress()));
    }

    private static boolean fitsHalf(int promises, long mostBytes) {
        return promises <= mostBytes / 2 / Receiver.bytes(Agreement.MOST_RECEIVED_BYTES);
    }

    /** A session is opened that may. */
    void promise(Payer payer) {
        promises.incrementAndGet();
        promisesOfAddress.merge(payer, 1, Integer::sum);
    }

    /** It is over. */
    void withdraw(Payer payer) {
        promises.decrementAndGet();
        promisesOfAddress.computeIfPresent(payer, (of, count) -> count == 1 ? null : count - 1);
    }

    /** What a new session of this address may get. */
    DeflatePolicy limit(DeflatePolicy policy, Payer payer) {
        DeflatePolicy limited = step.limit(policy);
        return book.isClosedTo(payer) ? BudgetStep.SHARED.limit(limited) : limited;
    }

    /**
     * More was received on this wire than before. Where that passes an edge, contexts of ours go
     * first, and then wires are ended. Called under no lock.
     */
    void settle(@Nullable Wire wire) {
        if (wire == null) {
            return;
        }
        Payer payer = wire.payer();
        if (book.bytes() > book.mostBytes()) {
            holders.forEach(holder -> holder.hibernateNoMore(wheel.nowNanos()));
        } else if (!book.fitsAddress(payer, 0)) {
            for (Sender holder : holders) {
                if (holder.payer() == payer) {
                    holder.hibernateNoMore(wheel.nowNanos());
                }
            }
        }
        book.settle(payer);
    }

    /** It keeps what it received from now on, and may be ended for that. */
    void join(Receiver receiver) {
        if (receiver.isDebtor()) {
            book.join(receiver);
        }
    }

    void leave(Receiver receiver) {
        book.leave(receiver);
    }

    /** For what may block. */
    void endSoon(Runnable end) {
        executor.execute(end);
    }

    /** It has a history of its own from now on, which the budget may take. */
    void join(Sender holder) {
        holders.add(holder);
    }

    void leave(Sender holder) {
        holders.remove(holder);
    }

    /** Those that were joined and have not left. */
    int holders() {
        return holders.size();
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
            to = stepAt(book.bytes());
            step = to;
        }
        if (from == to) {
            return;
        }
        if (from == BudgetStep.CONTEXT) {
            scheduleNext();
        }
        if (to == BudgetStep.OFF) {
            lookNow();
        }
        try {
            observer.onStep(to);
        } catch (RuntimeException | Error e) {
            logs.untold(OBSERVER, e);
        }
        LOG.atWarn()
                .addKeyValue("from", from)
                .addKeyValue("to", to)
                .addKeyValue("context_bytes", book.bytes())
                .addKeyValue("budget_bytes", mostBytes)
                .log("deflate_budget");
    }

    private void lookNow() {
        try {
            executor.execute(this::look);
        } catch (RuntimeException | Error e) {
            // The timer's look is at most a second away.
            LOG.debug("no thread to look at contexts", e);
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
