package io.highwater.backbone.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.ReadRules;
import io.highwater.backbone.memory.MemoryChannel;
import io.highwater.backbone.memory.RingRead;
import io.highwater.backbone.memory.ShardMemory;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.WallClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads channels of one shard: from the node's memory, then from the stream, then from the archive.
 * Thread-safe.
 */
final class ShardReads {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final Duration DOUBT_RETRY = Duration.ofSeconds(1);

    private final ShardMemory memory;
    private final Object lock;
    private final MemorySink sink;
    private final RedisShard shard;
    private final TopQuestions tops;
    private final StreamReads streams;

    /** Null if there is no archive. */
    private final @Nullable ShardHistory history;

    private final Ticker ticker;
    private final WallClock clock;

    /**
     * @param history null if there is no archive
     */
    ShardReads(
            ShardMemory memory,
            MemorySink sink,
            RedisShard shard,
            TopQuestions tops,
            StreamReads streams,
            @Nullable ShardHistory history,
            Ticker ticker,
            WallClock clock) {
        this.memory = memory;
        this.lock = memory.lock();
        this.sink = sink;
        this.shard = shard;
        this.tops = tops;
        this.streams = streams;
        this.history = history;
        this.ticker = ticker;
        this.clock = clock;
    }

    CompletionStage<ReadResult> readAfter(
            String name, @Nullable Cursor after, int limit, @Nullable Payer payer) {
        return top(name)
                .thenCompose(top -> reach(name, top, after))
                .thenCompose(top -> readAfter(name, after, limit, payer, top));
    }

    /**
     * A cursor beyond the last position that this node has read may come from a node that has read
     * more. So the answer waits until this one has read all that Redis has.
     */
    private CompletionStage<Position> reach(String name, Position top, @Nullable Cursor after) {
        Position own = after == null ? null : ReadRules.own(top, after);
        return own != null && own.isAfter(top) ? ask(name) : CompletableFuture.completedFuture(top);
    }

    CompletionStage<ReadResult> readBefore(
            String name, @Nullable Cursor before, int limit, @Nullable Payer payer) {
        return top(name).thenCompose(top -> readBefore(name, before, limit, payer, top));
    }

    CompletionStage<@Nullable Cursor> at(String name, Instant instant, @Nullable Payer payer) {
        return history == null
                ? CompletableFuture.completedFuture(atInMemory(name, instant))
                : top(name).thenCompose(top -> history.at(name, top, instant, payer));
    }

    /** Asks for the channel's last position if this node does not know it. */
    private CompletionStage<Position> top(String name) {
        Position known;
        synchronized (lock) {
            known = memory.top(name);
        }
        return known == null ? ask(name) : CompletableFuture.completedFuture(known);
    }

    /** Redis has that of the generation, and the archive those of former ones. */
    private CompletionStage<Position> ask(String name) {
        long holes = sink.holes();
        CompletionStage<Position> asked = tops.ask(name);
        if (history != null) {
            asked =
                    asked.thenCompose(
                            top ->
                                    top.channelSequence() == 0
                                            ? history.top(name, top)
                                            : CompletableFuture.completedFuture(top));
        }
        return asked.thenCompose(
                top ->
                        sink.know(name, top, holes)
                                ? CompletableFuture.completedFuture(top)
                                : RedisShard.unavailable("the node missed entries"));
    }

    /** What memory knows by now is newer than what was asked for. */
    @GuardedBy("lock")
    private Position top(String name, Position asked) {
        Position known = memory.top(name);
        return known == null ? asked : known;
    }

    private CompletionStage<ReadResult> readAfter(
            String name, @Nullable Cursor after, int limit, @Nullable Payer payer, Position asked) {
        Position top;
        Position own;
        ReadResult result;
        synchronized (lock) {
            top = top(name, asked);
            own = after == null ? null : ReadRules.own(top, after);
            if (own != null && isAtTop(name, own, top)) {
                own = top;
            }
            result = fromMemory(name, top, after == null || own == null ? after : own, limit);
        }
        if (history != null && after == null) {
            // Memory may have a part only; but nobody waits to learn the top alone.
            return limit == 0
                    ? done(new Slice(List.of(), Math.min(1, top.channelSequence()), top))
                    : history.readAfter(name, top, null, limit, payer);
        } else if (own == null) {
            return done(result);
        } else if (!(result instanceof Unreadable) || own.isAfter(top)) {
            return done(result);
        }
        return own.generation() == top.generation()
                ? fromStream(name, own, top, limit, payer)
                : fromArchive(name, own, top, limit, payer, result);
    }

    private static CompletionStage<ReadResult> done(ReadResult result) {
        return CompletableFuture.completedFuture(result);
    }

    /**
     * @param otherwise the answer without an archive
     */
    private CompletionStage<ReadResult> fromArchive(
            String name,
            Position own,
            Position top,
            int limit,
            @Nullable Payer payer,
            ReadResult otherwise) {
        return history == null ? done(otherwise) : history.readAfter(name, top, own, limit, payer);
    }

    /** Whether nothing that a client hears lies between a position of its and the top. */
    @GuardedBy("lock")
    private boolean isAtTop(String name, Position own, Position top) {
        return isNewBase(own, top) || isBeforeRepeats(memory.channel(name), own);
    }

    /** The place before the first entry of the generation, of which the channel has none yet. */
    @GuardedBy("lock")
    private boolean isNewBase(Position own, Position top) {
        return own.channelSequence() == 0
                && own.generation() == sink.generation()
                && top.generation() < own.generation();
    }

    private static boolean isBeforeRepeats(@Nullable MemoryChannel channel, Position own) {
        Position heard = channel == null ? null : channel.heard();
        return heard != null
                && heard.generation() == own.generation()
                && heard.channelSequence() == own.channelSequence();
    }

    @GuardedBy("lock")
    private ReadResult fromMemory(String name, Position top, @Nullable Cursor after, int limit) {
        MemoryChannel channel = memory.channel(name);
        if (channel == null) {
            return ReadRules.readNothing(top, after);
        }
        memory.trimAged(channel);
        ReadResult result = channel.readAfter(top, after, limit);
        memory.retireIfUnused(channel);
        return result;
    }

    private CompletionStage<ReadResult> fromStream(
            String name, Position own, Position top, int limit, @Nullable Payer payer) {
        return streams.read(shard.calls(), name, own, top, Math.max(1, limit), payer)
                .thenCompose(
                        stored -> {
                            if (stored.isEmpty()) {
                                Unreadable gone = new Unreadable(Reason.TRIMMED, top);
                                return fromArchive(name, own, top, limit, payer, gone);
                            }
                            List<Stored> read = limit == 0 ? List.of() : stored;
                            long reached = own.channelSequence() + read.size();
                            return done(
                                    new Slice(entries(read), top.channelSequence() - reached, top));
                        });
    }

    private List<Entry> entries(List<Stored> stored) {
        long now = ticker.nanoTime();
        long wallMillis = clock.millis();
        List<Entry> entries = new ArrayList<>(stored.size());
        for (Stored each : stored) {
            long ageMillis = Math.max(0, wallMillis - each.wallMillis());
            entries.add(sink.entry(each, now - ageMillis * NANOS_PER_MILLI));
        }
        return entries;
    }

    private CompletionStage<ReadResult> readBefore(
            String name,
            @Nullable Cursor before,
            int limit,
            @Nullable Payer payer,
            Position asked) {
        if (history == null) {
            return done(ringBefore(name, before, limit, asked));
        }
        Position top;
        synchronized (lock) {
            top = top(name, asked);
        }
        // No node knows whether an entry is the first that its channel ever had.
        RingRead ring = RingRead.before(memory, name, before, limit, entry -> false);
        Position newest = ring.topOr(top);
        return ring.result() instanceof Slice slice
                ? history.readBefore(name, newest, slice, limit, payer)
                : history.readBefore(name, newest, before, limit, payer);
    }

    private ReadResult ringBefore(String name, @Nullable Cursor before, int limit, Position asked) {
        synchronized (lock) {
            Position top = top(name, asked);
            MemoryChannel channel = memory.channel(name);
            if (channel == null) {
                return ReadRules.readNothingBefore(top, before);
            }
            memory.trimAged(channel);
            ReadResult result = channel.readBefore(top, before, limit);
            memory.retireIfUnused(channel);
            return result;
        }
    }

    private @Nullable Cursor atInMemory(String name, Instant instant) {
        Duration year = Duration.ofDays(365); // Far beyond what a ring keeps.
        Duration ago = Duration.between(instant, Instant.ofEpochMilli(clock.millis()));
        if (ago.compareTo(year) > 0) {
            return null;
        }
        Duration since = ago.compareTo(year.negated()) < 0 ? year.negated() : ago;
        long nanos = ticker.nanoTime() - since.toNanos();
        synchronized (lock) {
            MemoryChannel channel = memory.channel(name);
            return channel == null ? null : channel.at(nanos);
        }
    }

    /** Entries of the shard did not come: asks which of these channels they belong to. */
    void doubt(Map<String, Position> last) {
        last.forEach(this::doubt);
    }

    /** Asks until it gets an answer, or the channel has shown by itself what is missing. */
    private void doubt(String name, Position from) {
        long holes = sink.holes();
        var unused =
                tops.ask(name)
                        .whenComplete(
                                (top, failure) -> {
                                    if (failure == null) {
                                        sink.settle(name, from, top, holes);
                                    }
                                    if (sink.isInDoubt(name, from)) {
                                        shard.loop().schedule(() -> doubt(name, from), DOUBT_RETRY);
                                    }
                                });
    }
}
