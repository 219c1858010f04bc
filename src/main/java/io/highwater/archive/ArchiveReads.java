package io.highwater.archive;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.ReadRules;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.time.TimerWheel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads channels from an archive as a {@link io.highwater.backbone.Backbone} answers: by the {@link
 * ReadRules}, and never beyond the top that the node has delivered. Reads wait for each other: few
 * are made at once, the addresses that ask take turns, what waits is bounded, and each takes 10 s
 * at most. Thread-safe.
 */
public final class ArchiveReads {
    /** One read returns no more than this, or one larger entry. */
    public static final int PAGE_BYTES = 128 << 10;

    /** A read looks through no more generations than this to count what is left. */
    private static final int MOST_GENERATIONS = 8;

    private static final int MOST_ENTRIES = 1_000;
    private static final PageBounds ONE_ENTRY = new PageBounds(1, 1);

    private final Archive archive;
    private final String origin;
    private final boolean afterDelivery;
    private final ReadGate gate;

    /**
     * @param afterDelivery whether entries are archived after they were delivered: then a client
     *     may have seen the end of a generation that was lost, and resumes after it
     * @param wheel ends reads that the archive does not answer in time
     */
    public ArchiveReads(Archive archive, String origin, boolean afterDelivery, TimerWheel wheel) {
        this.archive = archive;
        this.origin = origin;
        this.afterDelivery = afterDelivery;
        gate = new ReadGate(wheel);
    }

    /** Waits for what a read needs to know first, no longer than for a read. */
    public <T> CompletionStage<T> await(@Nullable Payer payer, CompletableFuture<T> asked) {
        return asked.isDone() ? asked : gate.pass(payer, () -> asked);
    }

    /**
     * As {@link io.highwater.backbone.Backbone#readAfter}.
     *
     * @param top the channel's last position that was delivered
     */
    public CompletionStage<ReadResult> readAfter(
            String channel,
            Position top,
            @Nullable Cursor after,
            int limit,
            @Nullable Payer payer) {
        Position own = null;
        if (after != null) {
            own = ReadRules.own(top, after);
            if (own == null) {
                return done(new Unreadable(Reason.UNKNOWN_GENERATION, top));
            } else if (own.isAfter(top) || isSame(own, top)) {
                return done(ReadRules.readNothing(top, own));
            }
        } else if (limit == 0 || top.channelSequence() == 0) {
            return done(new Slice(List.of(), top.channelSequence() == 0 ? 0 : 1, top));
        }
        Position from = own;
        return gate.pass(
                payer,
                () ->
                        archive.readAfter(channel, origin, from, bounds(limit))
                                .thenCompose(page -> answer(channel, top, from, limit, page)));
    }

    private static PageBounds bounds(int limit) {
        return new PageBounds(Math.max(1, Math.min(limit, MOST_ENTRIES)), PAGE_BYTES);
    }

    private CompletionStage<ReadResult> answer(
            String channel, Position top, @Nullable Position own, int limit, ArchivePage page) {
        List<Entry> run = run(page, top);
        Entry next = run.isEmpty() ? null : run.get(0);
        Reason refusal = own == null ? null : ReadRules.refusal(top, own, next);
        if (own == null || refusal == null || isStart(own, next)) {
            return slice(channel, top, own, limit, run);
        } else if (next != null && isPastLostEnd(own, next)) {
            run.set(0, after(own, next));
            return slice(channel, top, own, limit, run);
        } else if (refusal != Reason.UNKNOWN_POSITION || next == null) {
            return done(new Unreadable(refusal, top));
        }
        return archive.readBefore(channel, origin, next.position(), ONE_ENTRY)
                .thenCompose(
                        before -> {
                            if (!isAt(before, own)) {
                                return done(new Unreadable(refusal, top));
                            }
                            run.set(0, after(own, next));
                            return slice(channel, top, own, limit, run);
                        });
    }

    private static boolean isAt(ArchivePage page, Position position) {
        return !page.entries().isEmpty()
                && isSame(page.entries().get(0).entry().position(), position);
    }

    private CompletionStage<ReadResult> slice(
            String channel, Position top, @Nullable Position own, int limit, List<Entry> run) {
        List<Entry> read = run.subList(0, Math.min(limit, run.size()));
        Position last = read.isEmpty() ? own : read.get(read.size() - 1).position();
        if (last == null) {
            return done(new Slice(List.of(), 0, top));
        }
        return left(channel, last, top, limit - read.size(), 0, MOST_GENERATIONS)
                .thenApply(left -> new Slice(read, left, top));
    }

    /**
     * The channel had nothing when the client was told this position, and this is its first. What
     * came in between may have been dropped, and forgotten, only if the generation is that old.
     */
    private boolean isStart(Position own, @Nullable Entry next) {
        return own.channelSequence() == 0
                && next != null
                && next.position().channelSequence() == 1
                && next.previous() == null
                && next.position().isAfter(own)
                && Instant.ofEpochMilli(own.generation()).isAfter(archive.keptSince());
    }

    /**
     * An entry as it follows the one before it in the archive. The first of a generation names the
     * last that the archive knew then; others may have been added to the generation before.
     */
    private static Entry after(Position before, Entry entry) {
        Position previous = entry.previous();
        if (previous == null || !before.isAfter(previous)) {
            return entry;
        }
        return new Entry(
                entry.channel(),
                entry.position(),
                before,
                entry.msgId(),
                entry.key(),
                entry.secret(),
                entry.data(),
                entry.appendedNanos(),
                entry.late(),
                entry.publisher());
    }

    /** The client has seen more of its generation than there is, so it lacks what comes then. */
    private boolean isPastLostEnd(Position own, Entry next) {
        return afterDelivery
                && next.previous() != null
                && own.isAfter(next.previous())
                && next.position().generation() > own.generation();
    }

    /** The entries up to the top, as far as each follows the one before. */
    private static List<Entry> run(ArchivePage page, Position top) {
        List<Entry> run = new ArrayList<>(page.entries().size());
        Position last = null;
        for (ArchivedEntry archived : page.entries()) {
            Entry entry = last == null ? archived.entry() : after(last, archived.entry());
            boolean follows = last == null || entry.follows(last);
            if (!follows || entry.position().isAfter(top)) {
                break;
            }
            run.add(entry);
            last = entry.position();
        }
        return run;
    }

    /**
     * How many entries follow a position: within a generation the sequences tell, and the first
     * entry of the next one names the last position of the one before.
     *
     * @param most it need not be exact beyond this
     */
    private CompletionStage<Long> left(
            String channel, Position from, Position top, long most, long counted, int generations) {
        if (from.generation() == top.generation()) {
            return done(counted + top.channelSequence() - from.channelSequence());
        } else if (counted > most || generations == 0) {
            return done(Math.max(1, counted));
        }
        Position end = new Position(origin, from.generation(), Long.MAX_VALUE, Long.MAX_VALUE);
        return archive.readAfter(channel, origin, end, ONE_ENTRY)
                .thenCompose(
                        page -> {
                            if (page.entries().isEmpty()) {
                                return done(counted + 1);
                            }
                            Entry next = page.entries().get(0).entry();
                            Position previous = next.previous();
                            if (previous == null || previous.generation() != from.generation()) {
                                return done(counted + 1);
                            }
                            long rest = previous.channelSequence() - from.channelSequence();
                            long more = Math.max(0, rest) + 1;
                            return left(
                                    channel,
                                    next.position(),
                                    top,
                                    most,
                                    counted + more,
                                    generations - 1);
                        });
    }

    /**
     * As {@link io.highwater.backbone.Backbone#readBefore}.
     *
     * @param top the channel's last position that was delivered
     */
    public CompletionStage<ReadResult> readBefore(
            String channel,
            Position top,
            @Nullable Cursor before,
            int limit,
            @Nullable Payer payer) {
        Position own = null;
        if (before != null) {
            own = ReadRules.own(top, before);
            if (own == null) {
                return done(new Unreadable(Reason.UNKNOWN_GENERATION, top));
            }
        }
        Position from = own == null || own.isAfter(top) ? next(top) : own;
        return gate.pass(
                payer,
                () ->
                        archive.readBefore(channel, origin, from, bounds(limit))
                                .thenApply(page -> slice(page, top)));
    }

    /**
     * What a ring answered to such a read, and then what the archive has before it. The archive
     * must have all that lies before the ring.
     *
     * @param top the channel's last position that was delivered
     * @param first at least one entry; nothing but what the ring has counts as left
     */
    public CompletionStage<ReadResult> readBefore(
            String channel, Position top, Slice first, int limit, @Nullable Payer payer) {
        int room = limit - first.entries().size();
        if (room == 0 && first.left() > 0) {
            return done(first);
        }
        Entry oldest = first.entries().get(first.entries().size() - 1);
        return readBefore(channel, top, oldest.position(), Math.max(1, room), payer)
                .thenApply(rest -> joined(first, oldest, (Slice) rest, room));
    }

    private static ReadResult joined(Slice first, Entry oldest, Slice rest, int room) {
        if (rest.entries().isEmpty()) {
            return first;
        } else if (!precedes(rest.entries().get(0), oldest)) {
            return new Slice(first.entries(), 1, first.top());
        }
        List<Entry> all = new ArrayList<>(first.entries());
        all.addAll(rest.entries().subList(0, Math.min(room, rest.entries().size())));
        long left = rest.left() + (room == 0 ? 1 : 0);
        return new Slice(all, left, first.top());
    }

    /** A ring need not know what was before the first entry of a generation. */
    private static boolean precedes(Entry before, Entry after) {
        Position position = after.position();
        return after.follows(before.position())
                || (position.channelSequence() == 1
                        && after.previous() == null
                        && before.position().generation() < position.generation());
    }

    private static Slice slice(ArchivePage page, Position top) {
        List<Entry> read = new ArrayList<>(page.entries().size());
        for (ArchivedEntry archived : page.entries()) {
            Entry entry = archived.entry();
            if (!read.isEmpty()) {
                Entry last = after(entry.position(), read.get(read.size() - 1));
                if (!last.follows(entry.position())) {
                    return new Slice(read, 1, top);
                }
                read.set(read.size() - 1, last);
            }
            read.add(entry);
        }
        return new Slice(read, page.complete() ? 0 : 1, top);
    }

    private static Position next(Position position) {
        return new Position(
                position.origin(),
                position.generation(),
                position.shardSequence(),
                position.channelSequence() + 1);
    }

    /**
     * As {@link io.highwater.backbone.Backbone#at}.
     *
     * @param top the channel's last position that was delivered
     */
    public CompletionStage<@Nullable Cursor> at(
            String channel, Position top, Instant instant, @Nullable Payer payer) {
        return gate.pass(
                payer,
                () ->
                        archive.at(channel, origin, instant)
                                .<@Nullable Cursor>thenApply(
                                        position ->
                                                position == null || !position.isAfter(top)
                                                        ? position
                                                        : top));
    }

    private static boolean isSame(Position one, Position other) {
        return one.generation() == other.generation()
                && one.channelSequence() == other.channelSequence();
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
