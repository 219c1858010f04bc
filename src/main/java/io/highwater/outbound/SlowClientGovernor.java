package io.highwater.outbound;

import io.highwater.time.Timer;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all queues of a node once per second. When too many clients are slow, or queues keep too
 * much of the heap, it ends slow sessions until neither is so. Those that retain most go first.
 *
 * <p>It ends a session only under EVICT, and only if the messages that LATEST may not drop are
 * above the low-water mark and the queue has been above it for {@link SlowClient#AFTER}. So it
 * never ends a client that keeps up, nor one that is slow only with messages that LATEST may drop.
 * Before it ends anybody for the sake of the heap, slow queues give up what DEMOTE reads from the
 * log again. It spares PAUSE because there the producers are held back. Sessions that are spared
 * count as bytes, but not as slow: ending others would not make them fewer.
 *
 * <p>Thread-safe. While no queue holds anything, a look costs one question to a map.
 */
public final class SlowClientGovernor extends Timer {
    private static final Logger LOG = LoggerFactory.getLogger(SlowClientGovernor.class);

    private static final long PERIOD_NANOS = 1_000_000_000;

    /** On a small node the fraction is a handful, which comes and goes: so few are left alone. */
    static final int LEAST_SLOW = 20;

    private final GovernorSettings settings;
    private final OutboundNode node;
    private final LongSupplier connections;
    private final double mostBytes;
    private final Executor executor;
    private volatile boolean stopped;

    /**
     * @param connections all open connections of the node, with and without a queue
     * @param heapBytes the largest heap there may be
     * @param executor runs what the timers' thread has no time for
     */
    public SlowClientGovernor(
            GovernorSettings settings,
            OutboundNode node,
            LongSupplier connections,
            long heapBytes,
            Executor executor) {
        this.settings = settings;
        this.node = node;
        this.connections = connections;
        this.mostBytes = settings.heapFraction() * heapBytes;
        this.executor = executor;
    }

    public void start() {
        scheduleNext();
    }

    /** The last look may still be under way. */
    public void stop() {
        stopped = true;
        node.wheel().cancel(this);
    }

    private void scheduleNext() {
        if (!stopped) {
            node.wheel().schedule(this, node.wheel().nowNanos() + PERIOD_NANOS);
        }
    }

    /** For the wheel: starts a look, which schedules the next. */
    @Override
    protected void onDeadline(long nowNanos) {
        if (stopped || node.queues().size() == 0) {
            scheduleNext();
            return;
        }
        boolean begun = false;
        try {
            executor.execute(
                    () -> {
                        try {
                            look(nowNanos);
                        } finally {
                            scheduleNext();
                        }
                    });
            begun = true;
        } catch (RejectedExecutionException e) {
            // The executor is shut while a node stops: maybe at this moment.
        } finally {
            if (!begun) {
                scheduleNext();
            }
        }
    }

    private void look(long nowNanos) {
        long sinceNanos = nowNanos - SlowClient.AFTER.toNanos();
        if (mayRetainTooMuch() && node.queues().retained().bytes() > mostBytes) {
            node.queues().giveUpSlow(sinceNanos);
        }
        double mostSlow = settings.slowFraction() * connections.getAsLong();
        List<SlowQueue> slow = node.queues().evictable(sinceNanos);
        boolean tooMany = slow.size() >= LEAST_SLOW && slow.size() > mostSlow;
        if (slow.isEmpty() || !(tooMany || mayRetainTooMuch())) {
            return;
        }
        Retained retained = node.queues().retained();
        if (tooMany || retained.bytes() > mostBytes) {
            // Once it acts it goes below the fraction: it does not stay at the 20.
            evict(slow, retained, tooMany ? mostSlow : Double.MAX_VALUE, sinceNanos);
        }
    }

    /**
     * Cheap, and true wherever it might be: a queue's bytes are kept once as messages and once more
     * in the copy that is in flight, with its notices.
     */
    private boolean mayRetainTooMuch() {
        return node.queues().queuedBytes() > mostBytes / 4;
    }

    private void evict(List<SlowQueue> slow, Retained retained, double mostSlow, long sinceNanos) {
        List<SlowQueue> largestFirst =
                slow.stream()
                        .sorted(Comparator.comparingLong(SlowQueue::retainedBytes).reversed())
                        .toList();
        int left = slow.size();
        int evicted = 0;
        for (SlowQueue candidate : largestFirst) {
            if (left <= mostSlow && retained.bytes() <= mostBytes) {
                break;
            }
            // One that is not evicted has caught up or is over: what it held is gone too.
            if (candidate.queue().evictIfSlow(sinceNanos)) {
                evicted++;
            }
            left--;
            retained.remove(candidate.frames());
        }
        LOG.atWarn()
                .addKeyValue("slow", slow.size())
                .addKeyValue("evicted", evicted)
                .addKeyValue("retained_bytes", retained.bytes())
                .log("governor");
    }
}
