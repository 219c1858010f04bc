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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches what contexts take of the heap, and gives up those that may be given up. A context is the
 * {@link Dictionary} of one direction of a connection, or that of a channel. What was received must
 * be kept for as long as the session lives, since the peer may refer to it; what was sent may be
 * forgotten at any moment.
 *
 * <p>Thread-safe. While contexts are below the budget it costs an addition when one grows or goes.
 */
final class DeflateBudget extends Timer {
    private static final Logger LOG = LoggerFactory.getLogger(DeflateBudget.class);

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A context is idle when no message was sent with it for so long. */
    static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    static final String OBSERVER = "deflate";

    private final long mostBytes;
    private final Book book;
    private final TimerWheel wheel;
    private final Executor executor;
    private final DeflateObserver observer;
    private final LogLimit logs;

    /** The senders that have a dictionary of their own. */
    private final Set<Sender> holders = ConcurrentHashMap.newKeySet();

    /** How many sessions may come to keep a whole window: of all, and of each address. */
    private final AtomicInteger promises = new AtomicInteger();

    private final Map<Payer, Integer> promisesOfAddress = new ConcurrentHashMap<>();

    /** Written under the lock of this; read without. */
    private volatile BudgetStep step = BudgetStep.CONTEXT;

    private volatile boolean stopped;

    /**
     * @param mostBytes that contexts may take before less is compressed
     * @param book the account that contexts are charged to, which says what they may take at all
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
     * A context grew by so many bytes, or shrank.
     *
     * @param payer null where the context is not of one address alone
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

    /**
     * Whether a context of what we send may be made, or grow: a quarter of an address's share is
     * left to what was received.
     */
    boolean mayGrow(@Nullable Payer payer) {
        return step == BudgetStep.CONTEXT && book.fitsAddress(payer, book.mostBytesOfAddress() / 4);
    }

    /**
     * Whether one more session may come to keep a whole window of what it receives. All such
     * windows, full, take at most half of the account, and half of their address's share: so they
     * alone never fill either.
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

    /** A session is opened that may come to keep a whole window. */
    void promise(Payer payer) {
        promises.incrementAndGet();
        promisesOfAddress.merge(payer, 1, Integer::sum);
    }

    /** That session is over. */
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
     * More is kept of what was received on this wire than before. Where that passes an edge, the
     * budget first gives up contexts of what we send, and then ends wires. Called under no lock.
     */
    void settle(@Nullable Wire wire) {
        if (wire == null) {
            return;
        }
        Payer payer = wire.payer();
        if (book.bytes() > book.mostBytes()) {
            holders.forEach(holder -> holder.giveUpIfIdleSince(wheel.nowNanos()));
        } else if (!book.fitsAddress(payer, 0)) {
            for (Sender holder : holders) {
                if (holder.payer() == payer) {
                    holder.giveUpIfIdleSince(wheel.nowNanos());
                }
            }
        }
        book.settle(payer);
    }

    /** The receiver keeps what it received from now on, and may be ended for that. */
    void join(Receiver receiver) {
        if (receiver.isDebtor()) {
            book.join(receiver);
        }
    }

    void leave(Receiver receiver) {
        book.leave(receiver);
    }

    /** Runs what may block. */
    void endSoon(Runnable end) {
        executor.execute(end);
    }

    /** The sender has a dictionary of its own from now on, which the budget may take. */
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
        // It steps back an eighth below: else a node at its budget would step at every message.
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

    /** For the wheel: a look, and the next one for as long as the budget is passed. */
    @Override
    protected void onDeadline(long nowNanos) {
        try {
            executor.execute(
                    () -> {
                        try {
                            look();
                        } finally {
                            scheduleNextIfPassed();
                        }
                    });
        } catch (RejectedExecutionException e) {
            // The executor is shut while a node stops: maybe at this moment.
            scheduleNextIfPassed();
        }
    }

    private void scheduleNextIfPassed() {
        if (step != BudgetStep.CONTEXT) {
            scheduleNext();
        }
    }

    private void look() {
        long idleSinceNanos = wheel.nowNanos() - IDLE_NANOS;
        for (Sender holder : holders) {
            switch (step) {
                case CONTEXT -> {
                    return;
                }
                case SHARED -> holder.giveUpIfIdleSince(idleSinceNanos);
                case OFF -> holder.giveUpIfIdleSince(wheel.nowNanos());
            }
        }
    }
}
