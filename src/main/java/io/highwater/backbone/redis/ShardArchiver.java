package io.highwater.backbone.redis;

import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.LeaseLostException;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.redis.ArchiveStep.Append;
import io.highwater.backbone.redis.ArchiveStep.Begin;
import io.highwater.backbone.redis.StreamItem.Unreadable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Archives a shard for as long as this node has its lease: what the node has read, or, where its
 * tail does not reach back to what is archived, what the stream has. One step is under way at a
 * time, so what gathers meanwhile goes into the next. Confined to the shard's loop.
 */
final class ShardArchiver {
    /** The shard. */
    interface Owner {
        /** Everything up to an id is archived. */
        void onArchived(StreamId id);

        /** Another node archives the shard from now on. */
        void onLeaseLost();
    }

    /** Reads the stream: the items after an id, up to and including another; oldest first. */
    @FunctionalInterface
    interface Pages {
        CompletionStage<List<StreamItem>> between(StreamId after, StreamId last, int most);
    }

    /** Has Redis remember the messages of the entries that it lost: see {@link RepeatKeys}. */
    @FunctionalInterface
    interface Repeats {
        CompletionStage<@Nullable Void> restore(StreamId kept, StreamId archived, StreamId base);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ShardArchiver.class);

    private enum State {
        /** Asks for the lease after a while. */
        WAITING,
        ASKING,
        /** Has the lease; nothing is under way. */
        IDLE,
        /** Has the lease; a step is under way, or the next waits after a failure. */
        BUSY,
        CLOSED
    }

    private final ShardContext context;
    private final ShardLoop loop;
    private final Pages stream;
    private final Repeats repeats;
    private final ShardCursor cursor;
    private final ArchiveTail tail;
    private final ArchiveParts parts;
    private final String origin;
    private final Backoff backoff;

    /** Of the next page of the stream. */
    private final PageSize size = new PageSize();

    private final Owner owner;

    private State state = State.WAITING;
    private BooleanSupplier isCutOff = () -> false;

    /** Null without the lease. */
    private @Nullable ArchiveWriter writer;

    /** Up to here all is archived; null if nothing of the shard is, or without the lease. */
    private @Nullable StreamId watermark;

    ShardArchiver(
            ShardContext context,
            Pages stream,
            Repeats repeats,
            ShardCursor cursor,
            ArchiveTail tail,
            ArchiveParts parts,
            Owner owner) {
        this.context = context;
        this.loop = context.loop();
        this.stream = stream;
        this.repeats = repeats;
        this.cursor = cursor;
        this.tail = tail;
        this.parts = parts;
        this.origin = parts.form().origin();
        this.backoff = context.backoff();
        this.owner = owner;
    }

    /**
     * Nodes that start together do not all ask at once, so each gets some shards.
     *
     * @param cutOff whether this node has not heard of the shard for long: then it leaves the lease
     *     to others
     */
    void start(BooleanSupplier cutOff) {
        isCutOff = cutOff;
        askAfter(Duration.ofNanos(context.random().nextLong(leaseNanos())));
    }

    private long leaseNanos() {
        return context.timing().lease().toNanos();
    }

    private void askLater() {
        state = State.WAITING;
        long least = leaseNanos() / 2;
        askAfter(Duration.ofNanos(least + context.random().nextLong(leaseNanos())));
    }

    private void askAfter(Duration delay) {
        loop.schedule(this::ask, delay);
    }

    private void ask() {
        if (state != State.WAITING) {
            return;
        } else if (isCutOff.getAsBoolean()) {
            askLater();
            return;
        }
        state = State.ASKING;
        var unused =
                Guarded.call(() -> parts.archive().writer(origin, context.number()))
                        .whenComplete(
                                (opened, failure) -> {
                                    if (!loop.tryExecute(() -> answered(opened))
                                            && opened != null) {
                                        parts.closing().execute(opened::close);
                                    }
                                });
    }

    private void answered(@Nullable ArchiveWriter opened) {
        if (opened == null) {
            if (state == State.ASKING) {
                askLater();
            }
            return;
        }
        if (state != State.ASKING) {
            parts.closing().execute(opened::close);
            return;
        }
        writer = opened;
        state = State.IDLE;
        context.tell(() -> context.observer().onLeases(1));
        LOG.atDebug().addKeyValue("shard", context.number()).log("archive_lease_taken");
        continueAfter(opened.watermark());
        watch(opened);
        wake();
    }

    /** Gives the lease back if this node is cut off. */
    private void watch(ArchiveWriter used) {
        if (used == writer && isCutOff.getAsBoolean()) {
            leaveToOthers(used);
        } else if (used == writer) {
            loop.schedule(() -> watch(used), context.timing().lease());
        }
    }

    private void leaveToOthers(ArchiveWriter used) {
        leave(used);
        askLater();
        owner.onLeaseLost();
    }

    private void continueAfter(@Nullable ShardPosition position) {
        watermark = position == null ? null : ArchivedForm.id(position);
        tell();
    }

    private void tell() {
        if (watermark != null) {
            owner.onArchived(watermark);
        }
    }

    /** Whether this node has the lease. */
    boolean leads() {
        return writer != null;
    }

    /** There may be something to archive. */
    void wake() {
        if (state == State.IDLE && isBehind()) {
            state = State.BUSY;
            next();
        }
    }

    private boolean isBehind() {
        return watermark == null || tail.last().isAfter(watermark);
    }

    private void next() {
        ArchiveWriter current = writer;
        if (state != State.BUSY || current == null) {
            return;
        }
        List<StreamItem> items =
                watermark == null ? null : tail.after(watermark, ArchiveStep.MOST_ENTRIES);
        if (items == null) {
            parts.catchUps().enter(this::readStream);
        } else if (items.isEmpty()) {
            state = State.IDLE;
        } else {
            perform(current, ArchiveStep.next(watermark, items));
        }
    }

    /** Called on any thread. */
    private void readStream() {
        boolean taken =
                loop.tryExecute(
                        () -> {
                            StreamId after = watermark == null ? StreamId.NONE : watermark;
                            StreamId last = cursor.get();
                            var unused =
                                    stream.between(after, last, size.count())
                                            .whenComplete(
                                                    (items, failure) ->
                                                            streamRead(last, items, failure));
                        });
        if (!taken) {
            parts.catchUps().leave();
        }
    }

    private void streamRead(
            StreamId last, @Nullable List<StreamItem> items, @Nullable Throwable failure) {
        boolean taken =
                loop.tryExecute(
                        () -> {
                            if (items == null) {
                                parts.catchUps().leave();
                                again(failure);
                            } else {
                                size.onPage(items);
                                caughtUp(last, items);
                            }
                        });
        if (!taken) {
            parts.catchUps().leave();
        }
    }

    /**
     * @param last up to here the stream was read; if it has nothing, that is missing for good
     */
    private void caughtUp(StreamId last, List<StreamItem> items) {
        ArchiveWriter current = writer;
        if (state != State.BUSY || current == null) {
            parts.catchUps().leave();
            return;
        }
        List<StreamItem> rest = items;
        if (rest.isEmpty()) {
            boolean gone = watermark == null || last.isAfter(watermark);
            rest = List.of(new Unreadable(gone ? last : tail.from(), "the stream has it no more"));
        }
        ArchiveStep step = ArchiveStep.next(watermark, rest);
        if (step instanceof Begin begin && begin.kept() != null) {
            // Other nodes may be saving what they have read of the former generation.
            parts.catchUps().leave();
            loop.schedule(() -> performLater(current, step), context.timing().settle());
        } else {
            // The page is let go with this step.
            perform(current, step).whenComplete((done, failure) -> parts.catchUps().leave());
        }
    }

    private void performLater(ArchiveWriter current, ArchiveStep step) {
        if (current == writer) {
            var unused = perform(current, step);
        }
    }

    private CompletionStage<@Nullable Void> perform(ArchiveWriter current, ArchiveStep step) {
        return Guarded.call(
                        () ->
                                step instanceof Append append
                                        ? append(current, append)
                                        : begin(current, (Begin) step))
                .whenComplete(
                        (done, failure) -> loop.execute(() -> performed(current, step, failure)));
    }

    private CompletionStage<@Nullable Void> append(ArchiveWriter current, Append append) {
        return parts.form().archived(append.entries()).thenCompose(current::append);
    }

    private CompletionStage<@Nullable Void> begin(ArchiveWriter current, Begin begin) {
        ShardPosition base = parts.form().position(begin.base());
        StreamId kept = begin.kept();
        StreamId last = watermark;
        return kept == null || last == null
                ? current.begin(base)
                : repeats.restore(kept, last, begin.base())
                        .thenCompose(restored -> current.begin(base));
    }

    private void performed(ArchiveWriter used, ArchiveStep step, @Nullable Throwable failure) {
        if (used != writer) {
            return;
        }
        if (failure != null) {
            again(failure);
            return;
        }
        backoff.succeeded();
        if (step instanceof Append append) {
            watermark = append.last();
        } else {
            begun((Begin) step);
        }
        tell();
        next();
    }

    private void begun(Begin begin) {
        watermark = begin.base();
        if (begin.missed() > 0) {
            context.tell(() -> context.observer().onArchiveGap(begin.missed()));
            context.logs()
                    .failure(LOG.atError(), "archive_gap")
                    .addKeyValue("shard", context.number())
                    .addKeyValue("missed", begin.missed())
                    .addKeyValue("continues_after", begin.base().text())
                    .log("archive_gap");
        }
    }

    private void again(@Nullable Throwable failure) {
        Throwable cause =
                failure == null ? new IllegalStateException("no answer") : Link.cause(failure);
        ArchiveWriter used = writer;
        if (state != State.BUSY || used == null) {
            return;
        }
        if (cause instanceof LeaseLostException) {
            leaveToOthers(used);
            return;
        }
        context.tell(context.observer()::onArchiveRetry);
        context.logs().say(LOG, Level.WARN, "shard_not_archived", cause, "shard", context.number());
        loop.schedule(
                () -> {
                    if (used == writer) {
                        // The write may have been done all the same.
                        continueAfter(used.watermark());
                        next();
                    }
                },
                backoff.failed());
    }

    private void leave(ArchiveWriter used) {
        writer = null;
        watermark = null;
        context.tell(() -> context.observer().onLeases(-1));
        LOG.atDebug().addKeyValue("shard", context.number()).log("archive_lease_left");
        parts.closing().execute(used::close);
    }

    void close() {
        state = State.CLOSED;
        ArchiveWriter used = writer;
        if (used != null) {
            leave(used);
        }
    }
}
