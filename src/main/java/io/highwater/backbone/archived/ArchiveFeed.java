package io.highwater.backbone.archived;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.LeaseLostException;
import io.highwater.backbone.ShardPosition;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Hands the entries of a shard to the archive, in the order of their positions, and tells its owner
 * in the same order what is archived. A write that fails is repeated until it succeeds: the archive
 * may have the entries all the same, so they must not get other positions.
 *
 * <p>Thread-safe, by the shard's lock. The archive and the owner's {@link Owner#onSettled} are
 * called without it.
 */
final class ArchiveFeed {
    /** The lifecycle of a shard. */
    enum State {
        /** It has no writer yet. */
        STARTING,

        /** Entries are handed over as they come. */
        WRITING,

        /** A write failed, and is tried again: what is new waits. */
        STALLED,

        /** That took too long: nothing new is accepted until a write succeeds. */
        UNAVAILABLE,

        /** Nothing is accepted any more. */
        CLOSED
    }

    /** The shard. */
    interface Owner {
        /** These are archived. Called under the lock, in the order of the entries. */
        void onArchived(List<Pending> archived);

        /** The same once the lock is released; one call at a time. */
        void onSettled(List<Pending> archived);

        /** A write failed; called again if others fail. Called under the lock. */
        void onStalled();

        /** New entries are accepted again, if they were not. Called under the lock. */
        void onRecovered(Later later);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ArchiveFeed.class);

    private static final Set<State> WRITES = EnumSet.of(State.WRITING);
    private static final Set<State> FAILS = EnumSet.of(State.STALLED, State.UNAVAILABLE);

    /**
     * What the archive has at once, unless a single entry has more. So its writes stay small, and
     * one shard does not fill the place of all in its queue; the rest waits here.
     */
    static final long MOST_BYTES_UNDER_WAY = 1 << 20;

    private static final long FIRST_RETRY_NANOS = 50_000_000;
    private static final long LAST_RETRY_NANOS = 1_000_000_000;

    private final Archive archive;
    private final String origin;
    private final int shard;
    private final Object lock;
    private final Ticker ticker;
    private final TimerWheel wheel;
    private final LogLimit logs;
    private final Owner owner;
    private final Timer retry = new Retry();

    @GuardedBy("lock")
    private State state = State.STARTING;

    /** Null before the start, and while the lease is lost. */
    @GuardedBy("lock")
    private @Nullable ArchiveWriter writer;

    /** Whose lease was lost; still to be closed. */
    @GuardedBy("lock")
    private @Nullable ArchiveWriter lostWriter;

    /** Entries that are not with the archive, in their order. */
    @GuardedBy("lock")
    private ArrayDeque<Pending> waiting = new ArrayDeque<>();

    /** What is with the archive, in the same order; all before what waits. */
    @GuardedBy("lock")
    private final ArrayDeque<Batch> underWay = new ArrayDeque<>();

    @GuardedBy("lock")
    private long bytesUnderWay;

    /** What comes back from failed writes, before it goes to the front of what waits. */
    @GuardedBy("lock")
    private final List<Pending> failed = new ArrayList<>();

    /** How many entries there are in all of these. */
    @GuardedBy("lock")
    private int size;

    /** A thread hands over: the archive has one caller at a time. */
    @GuardedBy("lock")
    private boolean handing;

    /** A thread tells the owner. */
    @GuardedBy("lock")
    private boolean settling;

    @GuardedBy("lock")
    private long retryNanos = FIRST_RETRY_NANOS;

    ArchiveFeed(
            Archive archive,
            String origin,
            int shard,
            Object lock,
            Ticker ticker,
            TimerWheel wheel,
            LogLimit logs,
            Owner owner) {
        this.archive = archive;
        this.origin = origin;
        this.shard = shard;
        this.lock = lock;
        this.ticker = ticker;
        this.wheel = wheel;
        this.logs = logs;
        this.owner = owner;
    }

    State state() {
        synchronized (lock) {
            return state;
        }
    }

    /** The generation has begun: entries follow its base. */
    void start(ArchiveWriter opened) {
        synchronized (lock) {
            if (state == State.STARTING) {
                state = State.WRITING;
                writer = opened;
            }
        }
    }

    /** Caller holds the lock, and calls {@link #handOver} once it has released it. */
    void add(Pending pending) {
        synchronized (lock) {
            waiting.add(pending);
            size++;
        }
    }

    /** How many entries are not archived yet. */
    int size() {
        synchronized (lock) {
            return size;
        }
    }

    /** All entries that are not archived yet, in their order. */
    List<Pending> pending() {
        synchronized (lock) {
            List<Pending> all = new ArrayList<>(failed);
            underWay.forEach(batch -> all.addAll(batch.pending));
            all.addAll(waiting);
            return all;
        }
    }

    /** The archive takes too long: nothing is accepted until it has written something. */
    void giveUp() {
        synchronized (lock) {
            if (state == State.WRITING || state == State.STALLED) {
                state = State.UNAVAILABLE;
            }
        }
    }

    void close() {
        synchronized (lock) {
            state = State.CLOSED;
        }
        wheel.cancel(retry);
    }

    /** Hands over what waits, unless another thread does. Caller holds no lock. */
    void handOver() {
        boolean more = true;
        while (more) {
            more = handOver(WRITES);
        }
    }

    /** False if there was nothing to hand over, or the state is another. */
    private boolean handOver(Set<State> in) {
        Batch batch;
        ArchiveWriter current;
        synchronized (lock) {
            current = writer;
            if (!in.contains(state) || handing || current == null) {
                return false;
            }
            batch = take();
            if (batch.pending.isEmpty()) {
                return false;
            }
            handing = true;
            underWay.add(batch);
            bytesUnderWay += batch.bytes();
        }
        try {
            CompletionStage<@Nullable Void> write = guarded(() -> write(current, batch));
            var unused = write.whenComplete((done, cause) -> settled(batch, cause));
        } finally {
            synchronized (lock) {
                handing = false;
            }
        }
        return true;
    }

    /** As much of what waits, of one generation, as the archive may have now. */
    @GuardedBy("lock")
    private Batch take() {
        List<Pending> taken = new ArrayList<>();
        long bytes = bytesUnderWay;
        for (Pending next = waiting.peek(); next != null; next = waiting.peek()) {
            bytes += next.bytes;
            boolean fits = bytes <= MOST_BYTES_UNDER_WAY || bytes == next.bytes;
            if (!fits || (!taken.isEmpty() && next.beginsGeneration())) {
                break;
            }
            taken.add(waiting.remove());
        }
        return new Batch(taken);
    }

    /** If the generation cannot be begun, the entries cannot be appended, either. */
    private static CompletionStage<@Nullable Void> write(ArchiveWriter writer, Batch batch) {
        Pending first = batch.pending.get(0);
        ShardPosition archived = writer.watermark();
        Position position = first.position();
        if (first.beginsGeneration()
                && (archived == null || archived.generation() != position.generation())) {
            var unused =
                    writer.begin(new ShardPosition(position.origin(), position.generation(), 0));
        }
        return writer.append(batch.entries());
    }

    private static <T> CompletionStage<T> guarded(Supplier<CompletionStage<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void settled(Batch batch, @Nullable Throwable cause) {
        synchronized (lock) {
            batch.settle(cause);
            if (settling) {
                return;
            }
            settling = true;
        }
        boolean more = true;
        while (more) {
            try {
                more = settleNext();
            } catch (RuntimeException | Error e) {
                // Those that follow need not wait for another write.
                logs.say(LOG, Level.ERROR, "append_not_told", e, "shard", shard);
            }
        }
        handOver();
    }

    /** Tells the outcome of the oldest batch; false if it is not known yet. */
    private boolean settleNext() {
        Later later = new Later();
        try {
            synchronized (lock) {
                Batch batch = underWay.peek();
                if (batch == null || !batch.isSettled()) {
                    settling = false;
                    return false;
                }
                underWay.remove();
                bytesUnderWay -= batch.bytes();
                settle(batch, later);
            }
        } finally {
            later.run();
        }
        return true;
    }

    @GuardedBy("lock")
    private void settle(Batch batch, Later later) {
        Throwable failure = batch.failure();
        if (failure != null) {
            Throwable cause = cause(failure);
            later.add(() -> logs.say(LOG, Level.WARN, "append_failed", cause, "shard", shard));
            failed.addAll(batch.pending);
            stall(cause);
            return;
        }
        size -= batch.pending.size();
        later.add(() -> owner.onSettled(batch.pending));
        try {
            owner.onArchived(batch.pending);
        } finally {
            recover(later);
        }
    }

    @GuardedBy("lock")
    private void recover(Later later) {
        retryNanos = FIRST_RETRY_NANOS;
        if (state == State.STALLED || state == State.UNAVAILABLE) {
            state = State.WRITING;
            owner.onRecovered(later);
        }
    }

    /** Everything that was handed over after the failed write fails, too. */
    @GuardedBy("lock")
    private void stall(Throwable cause) {
        if (state == State.WRITING) {
            state = State.STALLED;
        }
        owner.onStalled();
        if (cause instanceof LeaseLostException) {
            lostWriter = writer == null ? lostWriter : writer;
            writer = null;
        }
        if (underWay.isEmpty()) {
            ArrayDeque<Pending> all = new ArrayDeque<>(failed);
            all.addAll(waiting);
            waiting = all;
            failed.clear();
            scheduleRetry();
        }
    }

    @GuardedBy("lock")
    private void scheduleRetry() {
        if (state != State.CLOSED) {
            // Half of it is jitter: the shards of a node, and nodes, need not come all at once.
            long half = retryNanos / 2;
            long pause = half + ThreadLocalRandom.current().nextLong(half);
            wheel.schedule(retry, ticker.nanoTime() + pause);
            retryNanos = Math.min(LAST_RETRY_NANOS, retryNanos * 2);
        }
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause == null ? failure : cause;
    }

    /** Another node had the lease: asks for it again. */
    private void reopen() {
        var unused =
                guarded(() -> archive.writer(origin, shard))
                        .whenComplete(
                                (opened, cause) -> {
                                    if (opened != null) {
                                        opened(opened);
                                    } else {
                                        synchronized (lock) {
                                            scheduleRetry();
                                        }
                                    }
                                });
    }

    private void opened(ArchiveWriter opened) {
        synchronized (lock) {
            if (state != State.CLOSED) {
                writer = opened;
                wheel.schedule(retry, ticker.nanoTime());
                return;
            }
        }
        opened.close();
    }

    /** Repeats the failed write, or asks for the lease first. */
    private final class Retry extends Timer {
        @Override
        protected void onDeadline(long nowNanos) {
            boolean lost;
            ArchiveWriter left;
            synchronized (lock) {
                lost = FAILS.contains(state) && writer == null;
                left = lostWriter;
                lostWriter = null;
            }
            if (left != null) {
                left.close();
            }
            if (lost) {
                reopen();
            } else {
                handOver(FAILS);
                // What came in the meantime found this thread handing over.
                handOver();
            }
        }
    }
}
