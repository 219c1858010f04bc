package io.highwater.testing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.ArchiveHealth;
import io.highwater.archive.ArchivePage;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.LeaseLostException;
import io.highwater.archive.PageBounds;
import io.highwater.archive.SharedArchive;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An archive in memory, for tests. The {@link Disk} outlives it, as a real one outlives a node;
 * several nodes may have one on the same disk. A test can hold its writes and its answers, let it
 * be full, let it lose its leases, and drop what is old. Thread-safe.
 */
public final class MemoryArchive implements SharedArchive {
    /** Completes the stages of writes that are held, in their order. */
    private record Held(Runnable write, Runnable forget, CompletableFuture<@Nullable Void> done) {}

    private static final int MOST_SHARDS = 64;

    private final Disk disk;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Set<Writer> writers = new HashSet<>();

    @GuardedBy("lock")
    private final ArrayDeque<Held> held = new ArrayDeque<>();

    @GuardedBy("lock")
    private final ArrayDeque<Runnable> heldAnswers = new ArrayDeque<>();

    @GuardedBy("lock")
    private boolean holdsWrites;

    @GuardedBy("lock")
    private boolean holdsAnswers;

    @GuardedBy("lock")
    private boolean leads = true;

    private volatile ArchiveHealth.State state = ArchiveHealth.State.STARTING;
    private volatile boolean full;
    private final AtomicLong largestWrite = new AtomicLong();

    public MemoryArchive(Disk disk) {
        this.disk = disk;
    }

    @Override
    public CompletionStage<@Nullable Void> start() {
        state = ArchiveHealth.State.AVAILABLE;
        return CompletableFuture.completedFuture(null);
    }

    /** From now on every write fails, or, with false, no longer does. */
    public void setFull(boolean nowFull) {
        full = nowFull;
    }

    /** From now on writes wait for {@link #releaseWrites}, or are lost with this object. */
    public void holdWrites() {
        synchronized (lock) {
            holdsWrites = true;
        }
    }

    /** How many writes are held. */
    public int heldWrites() {
        synchronized (lock) {
            return held.size();
        }
    }

    /** The bytes of the largest write that was handed over, without what comes with each entry. */
    public long largestWrite() {
        return largestWrite.get();
    }

    public void releaseWrites() {
        synchronized (lock) {
            holdsWrites = false;
        }
        Held next = nextHeld();
        while (next != null) {
            next.write.run();
            next.done.complete(null);
            next = nextHeld();
        }
    }

    /** Writes that are held fail, although the first was made: it is in doubt. */
    public void failWrites() {
        synchronized (lock) {
            holdsWrites = false;
            Held first = held.peek();
            if (first != null) {
                first.write.run();
            }
        }
        while (failWrite()) {
            // The next one.
        }
    }

    /** The oldest write that is held fails; false if there is none. */
    public boolean failWrite() {
        Held next = nextHeld();
        if (next == null) {
            return false;
        }
        next.forget.run();
        next.done.completeExceptionally(
                new UnavailableException("failed by a test", Duration.ofSeconds(1)));
        return true;
    }

    private @Nullable Held nextHeld() {
        synchronized (lock) {
            return held.poll();
        }
    }

    /** From now on the answers of {@link #tops} and {@link #find} wait. */
    public void holdAnswers() {
        synchronized (lock) {
            holdsAnswers = true;
        }
    }

    public void releaseAnswers() {
        List<Runnable> answers;
        synchronized (lock) {
            holdsAnswers = false;
            answers = List.copyOf(heldAnswers);
            heldAnswers.clear();
        }
        answers.forEach(Runnable::run);
    }

    @Override
    public CompletionStage<ArchiveWriter> writer(String origin, int shard) {
        synchronized (lock) {
            Writer writer = new Writer(name(origin, shard));
            if (isClosed() || !leads || !disk.lease(writer.shard, writer)) {
                return unavailable("the lease of shard " + shard + " is taken");
            }
            writers.add(writer);
            return CompletableFuture.completedFuture(writer);
        }
    }

    private static String name(String origin, int shard) {
        return origin + " " + shard;
    }

    /** Loses its leases and gets none any more: others archive every shard. */
    public void leadNoMore() {
        synchronized (lock) {
            leads = false;
        }
        loseLeases();
    }

    /** All leases go to whoever asks next, as after a pause that was too long. */
    public void loseLeases() {
        synchronized (lock) {
            writers.forEach(writer -> disk.giveBack(writer.shard, writer));
            writers.clear();
        }
    }

    @Override
    public CompletionStage<Map<Integer, ShardPosition>> watermarks(String origin) {
        return answered(
                () -> {
                    Map<Integer, ShardPosition> all = new HashMap<>();
                    for (int shard = 0; shard < MOST_SHARDS; shard++) {
                        ShardPosition watermark = disk.watermark(name(origin, shard));
                        if (watermark != null) {
                            all.put(shard, watermark);
                        }
                    }
                    return all;
                });
    }

    @Override
    public CompletionStage<Boolean> add(String origin, int shard, List<ArchivedEntry> entries) {
        AtomicBoolean inTime = new AtomicBoolean();
        Runnable write = () -> inTime.set(disk.add(name(origin, shard), entries));
        return write(write, () -> {}).thenApply(done -> inTime.get());
    }

    @Override
    public CompletionStage<List<ArchivedEntry>> between(
            int shard, ShardPosition after, ShardPosition before, PageBounds bounds) {
        return answered(
                () ->
                        page(disk.between(name(after.origin(), shard), after, before), bounds)
                                .entries());
    }

    private CompletionStage<@Nullable Void> write(Runnable write, Runnable forget) {
        if (full || isClosed()) {
            forget.run();
            return unavailable("no room");
        }
        synchronized (lock) {
            if (holdsWrites) {
                CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
                held.add(new Held(write, forget, done));
                return done;
            }
        }
        write.run();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<ArchivePage> readAfter(
            String channel, String origin, @Nullable Position after, PageBounds bounds) {
        return answered(() -> page(disk.after(channel, origin, after), bounds));
    }

    @Override
    public CompletionStage<ArchivePage> readBefore(
            String channel, String origin, @Nullable Position before, PageBounds bounds) {
        return answered(() -> page(disk.before(channel, origin, before), bounds));
    }

    private static ArchivePage page(Collection<ArchivedEntry> all, PageBounds bounds) {
        List<ArchivedEntry> entries = new ArrayList<>();
        long bytes = 0;
        for (ArchivedEntry entry : all) {
            bytes += entry.entry().data().length + entry.entry().msgId().length();
            boolean fits = entries.size() < bounds.entries() && bytes <= bounds.bytes();
            if (!fits && !entries.isEmpty()) {
                return new ArchivePage(entries, false);
            }
            entries.add(entry);
        }
        return new ArchivePage(entries, true);
    }

    @Override
    public CompletionStage<@Nullable Position> at(String channel, String origin, Instant instant) {
        return answered(() -> disk.at(channel, origin, instant));
    }

    @Override
    public CompletionStage<@Nullable Cursor> tops(String channel) {
        return held(() -> disk.tops(channel));
    }

    @Override
    public CompletionStage<@Nullable Position> find(
            String channel, String publisher, String msgId) {
        return held(() -> disk.find(channel, publisher, msgId));
    }

    private <T> CompletionStage<T> held(Supplier<@Nullable T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Runnable answering =
                () ->
                        answered(question)
                                .whenComplete(
                                        (value, failure) -> {
                                            if (failure == null) {
                                                answer.complete(value);
                                            } else {
                                                answer.completeExceptionally(failure);
                                            }
                                        });
        synchronized (lock) {
            if (holdsAnswers) {
                heldAnswers.add(answering);
                return answer;
            }
        }
        answering.run();
        return answer;
    }

    private <T> CompletionStage<T> answered(Supplier<@Nullable T> question) {
        return isClosed()
                ? unavailable("the archive is closed")
                : CompletableFuture.completedFuture(question.get());
    }

    private boolean isClosed() {
        return state == ArchiveHealth.State.CLOSED;
    }

    private static <T> CompletableFuture<T> unavailable(String message) {
        return CompletableFuture.failedFuture(
                new UnavailableException(message, Duration.ofSeconds(1)));
    }

    @Override
    public Instant keptSince() {
        return disk.keptSince();
    }

    @Override
    public ArchiveHealth health() {
        boolean unwritable = full && state == ArchiveHealth.State.AVAILABLE;
        return new ArchiveHealth(
                unwritable ? ArchiveHealth.State.UNAVAILABLE : state, "in a test's memory");
    }

    @Override
    public void close() {
        releaseWrites();
        releaseAnswers();
        state = ArchiveHealth.State.CLOSED;
        loseLeases();
    }

    /** Ends like a node that is killed: what is held was never written. */
    public void kill() {
        state = ArchiveHealth.State.CLOSED;
        synchronized (lock) {
            held.clear();
            heldAnswers.clear();
        }
        loseLeases();
    }

    private final class Writer implements ArchiveWriter {
        private final String shard;

        /** The last that was handed over. */
        private volatile @Nullable ShardPosition given;

        private volatile boolean closed;

        private Writer(String shard) {
            this.shard = shard;
            given = watermark();
        }

        @Override
        public @Nullable ShardPosition watermark() {
            return disk.watermark(shard);
        }

        @Override
        public CompletionStage<@Nullable Void> begin(ShardPosition base) {
            if (given == null || isAfter(base, given)) {
                given = base;
            }
            return write(() -> disk.begin(shard, base));
        }

        @Override
        public CompletionStage<@Nullable Void> append(List<ArchivedEntry> entries) {
            ShardPosition last = given;
            ShardPosition archived = watermark();
            for (ArchivedEntry entry : entries) {
                ShardPosition position = shardPosition(entry);
                boolean old = archived != null && !isAfter(position, archived);
                if (archived != null && position.equals(archived.at(archived.sequence() + 1))) {
                    last = position;
                } else if (!old) {
                    if (last == null || !position.equals(last.at(last.sequence() + 1))) {
                        return unavailable(position + " does not follow " + last);
                    }
                    last = position;
                }
            }
            given = last;
            largestWrite.accumulateAndGet(bytes(entries), Math::max);
            return write(() -> disk.append(shard, entries));
        }

        private static long bytes(List<ArchivedEntry> entries) {
            return entries.stream()
                    .map(ArchivedEntry::entry)
                    .mapToLong(entry -> entry.data().length + entry.msgId().length())
                    .sum();
        }

        private CompletionStage<@Nullable Void> write(Runnable write) {
            if (closed) {
                return unavailable("the writer is closed");
            }
            return isLost()
                    ? CompletableFuture.failedFuture(new LeaseLostException("taken by a test"))
                    : MemoryArchive.this.write(write, () -> given = watermark());
        }

        private boolean isLost() {
            return !isClosed() && !disk.hasLease(shard, this);
        }

        @Override
        public void close() {
            closed = true;
            disk.giveBack(shard, this);
            synchronized (lock) {
                writers.remove(this);
            }
        }
    }

    static ShardPosition shardPosition(ArchivedEntry entry) {
        Position position = entry.entry().position();
        return new ShardPosition(
                position.origin(), position.generation(), position.shardSequence());
    }

    static boolean isAfter(ShardPosition one, ShardPosition other) {
        return one.generation() == other.generation()
                ? one.sequence() > other.sequence()
                : one.generation() > other.generation();
    }
}
