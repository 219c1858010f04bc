package io.highwater.backbone.redis;

import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.PageBounds;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.limits.Payer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How far a shard is archived, as this node knows; its writer, while this node has the lease; and
 * what the node saves when a generation ends. Confined to the shard's loop, except where a method
 * says otherwise.
 */
final class ShardArchive implements ShardSink, LostEntries, ShardArchiver.Owner {
    /** While somebody waits for an answer, the archive is asked at most this often. */
    private static final Duration QUICK = Duration.ofMillis(10);

    /** Otherwise, while this node has read further than the archive: so its tail stays short. */
    private static final Duration SLOW = Duration.ofMillis(500);

    private static final PageBounds PAGE = new PageBounds(256, 1 << 20);

    private final ShardContext context;
    private final ShardLoop loop;
    private final ArchiveParts parts;
    private final ShardCursor cursor;
    private final ArchiveTail tail;
    private final ShardArchiver archiver;
    private final IdWaits reads = new IdWaits();
    private final IdWaits ends = new IdWaits();

    /** Whether a publisher waits. */
    private final BooleanSupplier awaited;

    /** Told how far the shard is archived, as far as this node is in the same generation. */
    private final Consumer<StreamId> archived;

    /** As the archive says. */
    private volatile StreamId known = StreamId.NONE;

    /**
     * The last that the archive said of a generation which is no later than the one that this node
     * reads. That it has begun a later one says nothing about what this node reads of a former one:
     * Redis may have lost it, and nobody else may have read it.
     */
    private StreamId covered = StreamId.NONE;

    private boolean closed;

    ShardArchive(
            ShardContext context,
            ShardCalls calls,
            ShardCursor cursor,
            ArchiveParts parts,
            BooleanSupplier awaited,
            Consumer<StreamId> archived) {
        this.context = context;
        this.loop = context.loop();
        this.parts = parts;
        this.cursor = cursor;
        this.awaited = awaited;
        this.archived = archived;
        tail = new ArchiveTail(parts.tails());
        RepeatKeys repeats = new RepeatKeys(context.number(), parts, calls);
        archiver =
                new ShardArchiver(
                        context, calls::between, repeats::restore, cursor, tail, parts, this);
    }

    /**
     * The shard is open.
     *
     * @param cutOff whether this node has not heard of the shard for long
     */
    void start(BooleanSupplier cutOff) {
        archiver.start(cutOff);
        wantAnswer();
    }

    /** Up to here everything is archived, as far as this node knows. Thread-safe. */
    StreamId known() {
        return known;
    }

    /** The archive has said how far it is. */
    @Override
    public void onArchived(StreamId id) {
        if (id.isAfter(known)) {
            known = id;
        }
        ends.wake(known);
        apply();
        wantAnswer();
    }

    @Override
    public void onLeaseLost() {
        wantAnswer();
    }

    private void apply() {
        StreamId id = known;
        if (id.generation() <= cursor.get().generation()) {
            covered = id;
            tail.archived(id);
            archived.accept(id);
            reads.wake(id);
        }
    }

    /** The node has read further. */
    void read() {
        archiver.wake();
        wantAnswer();
    }

    /** Somebody may wait now. */
    void wantAnswer() {
        if (closed || archiver.leads()) {
            return;
        }
        boolean waited = awaited.getAsBoolean() || !reads.isEmpty() || !ends.isEmpty();
        if (waited) {
            parts.watermarks().want(QUICK);
        } else if (tail.last().isAfter(known)) {
            parts.watermarks().want(SLOW);
        }
    }

    /**
     * Completes on the loop once everything up to an id is archived; fails with {@link
     * io.highwater.backbone.UnavailableException} if that takes too long. Thread-safe.
     */
    CompletionStage<@Nullable Void> reach(StreamId id) {
        CompletableFuture<@Nullable Void> reached = new CompletableFuture<>();
        boolean taken =
                loop.tryExecute(
                        () -> {
                            reads.add(id, reached);
                            apply();
                            wantAnswer();
                        });
        if (!taken) {
            return RedisShard.unavailable("the node is stopping");
        }
        return reached.orTimeout(context.timing().give().toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(
                        late -> RedisShard.unavailable("the archive is behind the log"));
    }

    @Override
    public void onBegin(StreamId first) {
        tail.begin(first);
        apply();
    }

    @Override
    public void onEntry(Stored entry, long appendedNanos, @Nullable Payer payer) {
        if (entry.id().isAfter(covered)) {
            tail.add(entry);
        }
    }

    @Override
    public void onLate(Stored entry, long nowNanos) {
        // It came from the archive.
    }

    @Override
    public void onGap(StreamId from, StreamId to) {
        tail.gap(to);
    }

    @Override
    public void onGeneration(long generation) {
        tail.generation(new StreamId(generation, 0), null);
        apply();
    }

    @Override
    public void onPause() {
        read();
    }

    @Override
    public CompletionStage<Boolean> save() {
        return save(tail.entries(), 0, !tail.from().isAfter(covered));
    }

    private CompletionStage<Boolean> save(List<Stored> entries, int from, boolean inTime) {
        if (from == entries.size()) {
            return CompletableFuture.completedFuture(inTime);
        }
        List<Stored> next = ArchiveStep.part(entries, from);
        return parts.form()
                .archived(next)
                .thenCompose(this::add)
                .thenCompose(added -> save(entries, from + next.size(), inTime && added));
    }

    private CompletionStage<Boolean> add(List<ArchivedEntry> entries) {
        return parts.archive().add(parts.form().origin(), context.number(), entries);
    }

    @Override
    public CompletionStage<@Nullable Void> end(StreamId base, @Nullable StreamId kept) {
        CompletableFuture<@Nullable Void> begun = new CompletableFuture<>();
        ends.add(base, begun);
        ends.wake(known);
        tail.generation(base, kept);
        read();
        loop.schedule(() -> begun.complete(null), context.timing().end());
        return begun;
    }

    @Override
    public CompletionStage<List<Stored>> between(StreamId after, StreamId before) {
        ArchivedForm form = parts.form();
        return parts.archive()
                .between(context.number(), form.position(after), form.position(before), PAGE)
                .thenApply(all -> all.stream().map(ArchivedForm::stored).toList());
    }

    void close() {
        closed = true;
        archiver.close();
        reads.fail(RedisShard.unavailability("the node is stopping"));
    }
}
