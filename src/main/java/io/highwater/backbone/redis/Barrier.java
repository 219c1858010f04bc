package io.highwater.backbone.redis;

import io.highwater.backbone.redis.StreamItem.Stored;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What lies between two generations of a shard's log. Confined to the shard's loop.
 *
 * <p>A Redis that failed over may lack entries that some nodes have read and others have not. So
 * before a node reads the new generation it waits a moment, in which every node archives what it
 * has read of the former one. Then the node that archives the shard ends the generation there, and
 * every node delivers what it lacks of it, from the archive. It appends to the new generation only
 * afterwards, and first what may have been lost.
 *
 * <p>If it missed a whole generation, it does not know what it lacks: then something of every
 * channel may be missing.
 *
 * <p>A node that was cut off may archive later than that. Therefore the archive is asked a few more
 * times; what it has then comes late.
 */
final class Barrier {
    private static final Logger LOG = LoggerFactory.getLogger(Barrier.class);

    private static final List<Duration> LATE_LOOKS =
            List.of(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(2));

    private final ShardContext context;
    private final ShardLoop loop;
    private final ShardCursor cursor;
    private final ShardPublisher publisher;
    private final LostEntries lost;
    private final Backoff backoff;
    private final BooleanSupplier closed;
    private final Runnable opened;

    /** The generation that is about to begin; null while none is. Written on the loop. */
    private volatile @Nullable StreamId next;

    /** The last entry of the former generation that Redis has; null if that is unknown. */
    private @Nullable StreamId kept;

    /** That is not the generation that this node was reading. */
    private boolean missedOne;

    /** What this node has read of the former generation is saved. */
    private boolean saved;

    /** It was in time, so every node finds it. */
    private boolean inTime;

    /** The archive has ended the former generation, or that took too long. */
    private boolean ended;

    /**
     * @param closed whether the shard was closed
     * @param opened called when the new generation is open
     */
    Barrier(
            ShardContext context,
            ShardCursor cursor,
            ShardPublisher publisher,
            LostEntries lost,
            BooleanSupplier closed,
            Runnable opened) {
        this.context = context;
        this.loop = context.loop();
        this.cursor = cursor;
        this.publisher = publisher;
        this.lost = lost;
        this.backoff = context.backoff();
        this.closed = closed;
        this.opened = opened;
    }

    /** Whether a generation is about to begin: nothing is read before it has. Thread-safe. */
    boolean isUp() {
        return next != null;
    }

    /**
     * The log goes on in another generation.
     *
     * @param before the last entry of the former one that Redis has; null if that is unknown
     */
    void raise(long generation, @Nullable StreamId before) {
        next = new StreamId(generation, 0);
        kept = before;
        missedOne = before == null || isOther(before);
        publisher.reached(cursor.get());
        publisher.hold();
        context.tell(context.observer()::onGeneration);
        LOG.atWarn()
                .addKeyValue("shard", context.number())
                .addKeyValue("generation", generation)
                .addKeyValue("read", cursor.get().text())
                .addKeyValue("kept", before == null ? "unknown" : before.text())
                .log("log_generation");
        saved = false;
        ended = false;
        save();
        loop.schedule(this::end, context.timing().settle());
    }

    /** If Redis had lost everything, that is no news of what this node lacks. */
    private boolean isOther(StreamId before) {
        return !before.equals(StreamId.NONE) && before.generation() != cursor.get().generation();
    }

    private boolean isOver() {
        return next == null || closed.getAsBoolean();
    }

    private void save() {
        if (!isOver()) {
            var unused =
                    Guarded.call(lost::save)
                            .whenComplete(
                                    (done, failure) -> loop.execute(() -> saved(done, failure)));
        }
    }

    private void saved(@Nullable Boolean done, @Nullable Throwable failure) {
        if (isOver()) {
            return;
        }
        if (done == null) {
            failed("log_not_saved", failure, this::save);
            return;
        }
        backoff.succeeded();
        saved = true;
        inTime = done;
        if (inTime) {
            publisher.archived(cursor.get());
        }
        recover();
    }

    private void failed(String event, @Nullable Throwable failure, Runnable again) {
        Throwable cause = failure == null ? new IllegalStateException("no answer") : failure;
        context.logs().say(LOG, Level.ERROR, event, cause, "shard", context.number());
        loop.schedule(again, backoff.failed());
    }

    private void end() {
        StreamId base = next;
        if (base != null && !isOver()) {
            var unused =
                    Guarded.call(() -> lost.end(base, kept))
                            .whenComplete(
                                    (done, failure) ->
                                            loop.execute(
                                                    () -> {
                                                        ended = true;
                                                        recover();
                                                    }));
        }
    }

    private void recover() {
        StreamId base = next;
        if (base != null && saved && ended && !isOver()) {
            var unused =
                    Guarded.call(() -> lost.between(cursor.get(), base))
                            .whenComplete(
                                    (entries, failure) ->
                                            loop.execute(() -> answered(entries, failure)));
        }
    }

    private void answered(@Nullable List<Stored> entries, @Nullable Throwable failure) {
        StreamId base = next;
        if (base == null || isOver()) {
            return;
        }
        if (entries == null) {
            failed("log_not_recovered", failure, this::recover);
            return;
        }
        backoff.succeeded();
        int delivered = 0;
        for (Stored entry : entries) {
            if (entry.id().isAfter(cursor.get()) && base.isAfter(entry.id())) {
                deliver(entry);
                delivered++;
            }
        }
        if (delivered > 0) {
            int count = delivered;
            context.tell(() -> context.observer().onRecovered(count, false));
            recover(); // There may be more.
        } else {
            lower(base);
        }
    }

    private void deliver(Stored entry) {
        if (entry.id().generation() != cursor.get().generation()) {
            tellKept();
            cursor.generation(entry.id().generation());
        }
        cursor.entry(entry, loop.nowNanos(), publisher.payer(entry));
    }

    /** Tells what Redis has of the generation and this node lacks; whether it has any of it. */
    private boolean tellKept() {
        StreamId last = cursor.get();
        if (kept == null || kept.generation() != last.generation()) {
            return false;
        }
        if (kept.isAfter(last)) {
            cursor.gap(kept);
        }
        return true;
    }

    private void lower(StreamId base) {
        if (inTime) {
            publisher.archived(cursor.get());
        }
        boolean known = tellKept() || !missedOne;
        StreamId last = cursor.get();
        if (!known) {
            // How the generation that this node was reading went on.
            cursor.gap(kept != null && kept.isAfter(last) ? kept : base);
        }
        cursor.pause();
        publisher.reached(last);
        next = null;
        publisher.open(base);
        cursor.generation(base.generation());
        if (lost != LostEntries.NONE) {
            LateEntries late = new LateEntries(last, base);
            LATE_LOOKS.forEach(delay -> loop.schedule(late::look, delay));
        }
        opened.run();
    }

    /** Looks for entries that were archived after this node had settled their generation. */
    private final class LateEntries {
        private final StreamId before;
        private StreamId had;
        private boolean looking;

        private LateEntries(StreamId had, StreamId before) {
            this.had = had;
            this.before = before;
        }

        private void look() {
            if (!looking && !closed.getAsBoolean()) {
                looking = true;
                var unused =
                        Guarded.call(() -> lost.between(had, before))
                                .whenComplete(
                                        (entries, failure) -> loop.execute(() -> found(entries)));
            }
        }

        private void found(@Nullable List<Stored> entries) {
            looking = false;
            if (entries == null || entries.isEmpty() || closed.getAsBoolean()) {
                return;
            }
            for (Stored entry : entries) {
                had = entry.id();
                cursor.late(entry, loop.nowNanos());
            }
            cursor.pause();
            context.tell(() -> context.observer().onRecovered(entries.size(), true));
            look(); // There may be more.
        }
    }
}
