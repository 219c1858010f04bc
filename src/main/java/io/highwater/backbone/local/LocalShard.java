package io.highwater.backbone.local;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.Level;
import io.highwater.backbone.PublisherName;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadRules;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.memory.LastPositions.LastPosition;
import io.highwater.backbone.memory.MemoryChannel;
import io.highwater.backbone.memory.ShardMemory;
import io.highwater.backbone.ring.MessageKey;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Appends to one part of the channels. Thread-safe. */
final class LocalShard {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final Duration RETRY_AFTER_NO_ROOM = Duration.ofSeconds(1);

    private final ShardMemory memory;
    private final Object lock;
    private final long firstGeneration;
    private final long startNanos;
    private final Ticker ticker;

    @GuardedBy("lock")
    private long lastSequence;

    /** The generation of new channels: higher than that of any forgotten channel. */
    @GuardedBy("lock")
    private long generation;

    LocalShard(ShardMemory memory, long generation, Ticker ticker) {
        this.memory = memory;
        this.lock = memory.lock();
        this.firstGeneration = generation;
        this.generation = generation;
        this.startNanos = ticker.nanoTime();
        this.ticker = ticker;
        memory.forgetOnlyIf(this::raisesGeneration);
    }

    /** The caller must call {@link ShardMemory#carry} afterwards. */
    Appended append(Draft draft) throws UnavailableException {
        synchronized (lock) {
            long now = ticker.nanoTime();
            MessageKey key = memory.window().key(draft.publisher(), draft.channel(), draft.msgId());
            Position first = memory.window().find(key, now);
            if (first != null) {
                return new Appended(first, Level.MEMORY, true);
            }
            Position position = append(draft, now);
            memory.window().add(key, position, draft.payer(), now);
            return new Appended(position, Level.MEMORY, false);
        }
    }

    @GuardedBy("lock")
    private Position append(Draft draft, long now) throws UnavailableException {
        MemoryChannel channel = memory.open(draft.channel(), draft.payer());
        if (channel == null) {
            throw new UnavailableException(
                    "there is no room for another channel", RETRY_AFTER_NO_ROOM);
        }
        know(channel);
        Position position =
                new Position(
                        LocalBackbone.ORIGIN,
                        channel.generation(),
                        ++lastSequence,
                        channel.channelSequence() + 1);
        Entry entry =
                new Entry(
                        channel.name(),
                        position,
                        null,
                        draft.msgId(),
                        draft.key(),
                        draft.secret(),
                        draft.data(),
                        now,
                        false,
                        PublisherName.ifSubject(draft.publisher()));
        memory.add(channel, entry, draft.payer());
        memory.retireIfUnused(channel);
        return position;
    }

    /** A channel stays in its generation as long as it is in use. */
    @GuardedBy("lock")
    private void know(MemoryChannel channel) {
        if (!channel.isTopKnown()) {
            channel.setTop(beforeFirst());
        }
    }

    @GuardedBy("lock")
    private Position top(MemoryChannel channel) {
        Position top = channel.top();
        return top == null ? beforeFirst() : top;
    }

    @GuardedBy("lock")
    private Position beforeFirst() {
        return new Position(LocalBackbone.ORIGIN, generation, 0, 0);
    }

    ReadResult readAfter(String name, @Nullable Cursor after, int limit) {
        synchronized (lock) {
            MemoryChannel channel = memory.channel(name);
            if (channel == null) {
                Position last = memory.top(name);
                return ReadRules.readNothing(last == null ? beforeFirst() : last, after);
            }
            know(channel);
            memory.trimAged(channel);
            ReadResult result = channel.readAfter(top(channel), after, limit);
            memory.retireIfUnused(channel);
            return result;
        }
    }

    ReadResult readBefore(String name, @Nullable Cursor before, int limit) {
        synchronized (lock) {
            MemoryChannel channel = memory.channel(name);
            if (channel == null) {
                Position last = memory.top(name);
                return ReadRules.readNothingBefore(last == null ? beforeFirst() : last, before);
            }
            know(channel);
            memory.trimAged(channel);
            ReadResult result = channel.readBefore(top(channel), before, limit);
            memory.retireIfUnused(channel);
            return result;
        }
    }

    /** The Ticker's time of an instant follows from the start, whose wall-clock time is known. */
    @Nullable Cursor at(String name, Instant instant) {
        long nanos = startNanos + nanosSinceStart(instant);
        synchronized (lock) {
            MemoryChannel channel = memory.channel(name);
            return channel == null ? null : channel.at(nanos);
        }
    }

    private long nanosSinceStart(Instant instant) {
        Duration since = Duration.between(Instant.ofEpochMilli(firstGeneration), instant);
        // Far beyond what a ring keeps, and far from an overflow.
        Duration year = Duration.ofDays(365);
        if (since.compareTo(year.negated()) < 0) {
            return year.negated().toNanos();
        }
        return since.compareTo(year) > 0 ? year.toNanos() : since.toNanos();
    }

    /**
     * A forgotten channel that comes back begins a new generation. Generations must not overtake
     * the wall clock, since the node's next start takes its generation from there. Forgetting may
     * raise the generation by one per millisecond at most, so names that are used and forgotten at
     * more than a thousand per second cannot all be forgotten at once.
     */
    private boolean raisesGeneration(LastPosition last) {
        synchronized (lock) {
            if (last.generation() < generation) {
                return true;
            }
            long millis = (ticker.nanoTime() - startNanos) / NANOS_PER_MILLI;
            if (last.generation() >= firstGeneration + millis) {
                return false;
            }
            generation = last.generation() + 1;
            return true;
        }
    }
}
