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

        /**
         * The archive has lost entries that it had acknowledged. Called under the lock.
         *
         * @param missed at least so many
         */
        void onLost(long missed, Later later);
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

    /** The last entry that the archive has acknowledged, or the base of its generation. */
    @GuardedBy("lock")
    private @Nullable ShardPosition archived;

    /** How far the archive was when it was found to have lost entries; null if it has none lost. */
    @GuardedBy("lock")
    private @Nullable ShardPosition foundBehind;

    /** How many entries there are in all of these. */
    @GuardedBy("lock")
    private int size;

    /** A thread hands over: the archive has one caller at a time. */
    @GuardedBy("lock")
    private boolean handing;

    /** The pause before a retry ended while another thread handed over. */
    @GuardedBy("lock")
    private boolean retryMissed;

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
        ShardPosition base = opened.watermark();
        synchronized (lock) {
            if (state == State.STARTING) {
                state = State.WRITING;
                writer = opened;
                archived = base;
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
        ShardPosition known;
        synchronized (lock) {
            current = writer;
            if (!in.contains(state) || current == null) {
                return false;
            } else if (handing) {
                retryMissed |= in == FAILS;
                return false;
            }
            batch = take();
            if (batch.pending.isEmpty()) {
                return false;
            }
            handing = true;
            // What is under way may move the watermark at any time.
            known = underWay.isEmpty() ? archived : null;
            underWay.add(batch);
            bytesUnderWay += batch.bytes();
        }
        try {
            CompletionStage<@Nullable Void> write = guarded(() -> write(current, batch, known));
            var unused = write.whenComplete((done, cause) -> settled(batch, cause));
        } finally {
            handedOver();
        }
        return true;
    }

    private void handedOver() {
        synchronized (lock) {
            handing = false;
            if (retryMissed) {
                retryMissed = false;
                scheduleRetry();
            }
        }
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

    /**
     * If what the entries follow cannot be begun, they cannot be appended, either.
     *
     * @param known how far the archive was; null if that is not known exactly
     */
    private CompletionStage<@Nullable Void> write(
            ArchiveWriter current, Batch batch, @Nullable ShardPosition known) {
        Pending first = batch.pending.get(0);
        Position position = first.position();
        ShardPosition watermark = current.watermark();
        boolean begins =
                first.beginsGeneration()
                        && (watermark == null || watermark.generation() != position.generation());
        boolean isBehind = false;
        if (known != null && (watermark == null || known.isAfter(watermark))) {
            isBehind = true;
            lost(known, watermark);
        }
        if (begins || isBehind) {
            long before = position.shardSequence() - 1;
            var unused =
                    current.begin(
                            new ShardPosition(position.origin(), position.generation(), before));
        }
        return current.append(batch.entries());
    }

    /**
     * A server that a standby has replaced, or a backup, may lack what the archive had
     * acknowledged. Nobody has it any more to archive it again.
     */
    private void lost(ShardPosition acknowledged, @Nullable ShardPosition found) {
        Later later = new Later();
        synchronized (lock) {
            ShardPosition place = found == null ? acknowledged.at(0) : found;
            if (place.equals(foundBehind)) {
                return;
            }
            foundBehind = place;
            boolean same = place.generation() == acknowledged.generation();
            long missed = acknowledged.sequence() - (same ? place.sequence() : 0);
            later.add(
                    () ->
                            logs.failure(LOG.atError(), "archive_gap")
                                    .addKeyValue("shard", shard)
                                    .addKeyValue("missed", missed)
                                    .addKeyValue("continues_after", acknowledged)
                                    .log("archive_gap"));
            owner.onLost(missed, later);
        }
        later.run();
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
            stall(batch, cause);
            return;
        } else if (!failed.isEmpty()) {
            // What is before it need not be archived; to hand it over again changes nothing.
            stall(batch, null);
            return;
        }
        archived = batch.last();
        foundBehind = null;
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

    /**
     * Puts a batch back, and all that was handed over behind it: no entry is told before those that
     * it follows.
     *
     * @param cause null if only a write before it has failed
     */
    @GuardedBy("lock")
    private void stall(Batch batch, @Nullable Throwable cause) {
        failed.addAll(batch.pending);
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

    /**
     * After the close, the archive gives the lease back when it is closed itself; to close the
     * writer here could block the archive's own thread.
     */
    private void opened(ArchiveWriter opened) {
        synchronized (lock) {
            if (state != State.CLOSED) {
                writer = opened;
                wheel.schedule(retry, ticker.nanoTime());
            }
        }
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
