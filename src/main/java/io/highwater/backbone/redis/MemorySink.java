package io.highwater.backbone.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.Entry;
import io.highwater.backbone.PublisherName;
import io.highwater.backbone.memory.MemoryChannel;
import io.highwater.backbone.memory.NodeMemory;
import io.highwater.backbone.memory.ShardMemory;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.backbone.ring.IdempotencyWindow;
import io.highwater.backbone.ring.MessageKey;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts what the log of a shard brings into the node's memory, which delivers it. Called on the
 * shard's loop; the other methods are thread-safe.
 */
final class MemorySink implements ShardSink {
    private final String origin;
    private final NodeMemory node;
    private final ShardMemory memory;
    private final Object lock;

    /** What came in the last minutes. Guarded by the lock. */
    private final IdempotencyWindow window;

    /** What it is missing after a gap of the shard is asked elsewhere. */
    private final Doubts doubts;

    /** Addresses whose entries came since the last pause. */
    private final Set<Payer> payers = new HashSet<>();

    private boolean came;

    /**
     * How often entries did not come, or were not kept: what Redis was asked before that may not
     * hold any more. Guarded by the lock.
     */
    private long holes;

    /** Written on the loop, under the lock. */
    private volatile long generation;

    /** Asks where channels are. */
    @FunctionalInterface
    interface Doubts {
        /**
         * Some entries of these channels may not have come.
         *
         * @param last the last entry of each that came
         */
        void ask(Map<String, Position> last);
    }

    MemorySink(String origin, NodeMemory node, ShardMemory memory, Doubts doubts) {
        this.origin = origin;
        this.node = node;
        this.memory = memory;
        this.lock = memory.lock();
        this.window = memory.window();
        this.doubts = doubts;
    }

    @Override
    public void onBegin(StreamId first) {
        synchronized (lock) {
            generation = first.generation();
        }
    }

    @Override
    public void onGeneration(long next) {
        // Channels keep their last position: the first entry that follows names it as previous.
        synchronized (lock) {
            generation = next;
        }
    }

    /** The generation of the shard's log. */
    long generation() {
        return generation;
    }

    @Override
    public void onEntry(Stored stored, long appendedNanos, @Nullable Payer payer) {
        came = true;
        if (payer != null) {
            payers.add(payer);
        }
        synchronized (lock) {
            boolean repeat = isSentAgain(stored, appendedNanos);
            remember(stored, payer, appendedNanos);
            MemoryChannel channel = memory.open(stored.channel(), payer);
            if (channel == null) {
                // There is no room for it. Its last position is another now.
                memory.forgetLastPosition(stored.channel());
                holes++;
                return;
            }
            Position position = position(stored);
            boolean hole = fillHole(channel, position);
            if (repeat) {
                channel.pass(position);
            } else {
                Position previous = hole ? null : previous(channel, position);
                Entry entry = entry(stored, position, previous, appendedNanos, false);
                memory.add(channel, entry, payer);
            }
            memory.retireIfUnused(channel);
        }
    }

    /** Tells what is missing before the next position; false if nothing is, as far as is known. */
    @GuardedBy("lock")
    private boolean fillHole(MemoryChannel channel, Position next) {
        Position last = channel.last();
        if (last == null || !isHoleBetween(channel, last, next)) {
            return false;
        }
        Position before =
                new Position(
                        origin,
                        next.generation(),
                        next.shardSequence() - 1,
                        next.channelSequence() - 1);
        memory.miss(channel, last, before);
        return true;
    }

    /** What {@link Entry#previous} says. */
    @GuardedBy("lock")
    private @Nullable Position previous(MemoryChannel channel, Position next) {
        Position last = channel.last();
        if (channel.heard() != null || last == null || last.generation() == next.generation()) {
            return channel.heard();
        }
        return last;
    }

    /** Whether entries between the channel's last position and this one may not have come. */
    @GuardedBy("lock")
    private boolean isHoleBetween(MemoryChannel channel, Position last, Position next) {
        if (last.generation() == next.generation()) {
            return next.channelSequence() - last.channelSequence() > 1;
        }
        return next.channelSequence() > 1 || channel.isDoubted();
    }

    @Override
    public void onLate(Stored stored, long nowNanos) {
        came = true;
        synchronized (lock) {
            MemoryChannel channel = memory.channel(stored.channel());
            if (!isRepeat(stored, nowNanos) && channel != null) {
                memory.addLate(channel, entry(stored, position(stored), null, nowNanos, true));
            }
        }
    }

    @GuardedBy("lock")
    private void remember(Stored stored, @Nullable Payer payer, long nowNanos) {
        window.add(key(stored), position(stored), payer, nowNanos);
    }

    /** Whether the message came before, perhaps appended again by its publisher. */
    @GuardedBy("lock")
    private boolean isRepeat(Stored stored, long nowNanos) {
        if (window.find(key(stored), nowNanos) != null) {
            return true;
        }
        remember(stored, null, nowNanos);
        return false;
    }

    /**
     * Whether the message came in a former generation, but not to the node that had appended it,
     * which did so again. Within a generation Redis itself knows repeats.
     */
    @GuardedBy("lock")
    private boolean isSentAgain(Stored stored, long nowNanos) {
        Position first = window.find(key(stored), nowNanos);
        return first != null && first.generation() < stored.id().generation();
    }

    private MessageKey key(Stored stored) {
        return window.key(stored.publisher(), stored.channel(), stored.msgId());
    }

    @Override
    public void onGap(StreamId from, StreamId to) {
        Map<String, Position> doubted = new HashMap<>();
        synchronized (lock) {
            holes++;
            for (MemoryChannel channel : memory.doubt()) {
                Position last = channel.last();
                if (last != null) {
                    doubted.put(channel.name(), last);
                }
            }
        }
        if (!doubted.isEmpty()) {
            doubts.ask(doubted);
        }
    }

    /** To be taken before Redis is asked for a position. */
    long holes() {
        synchronized (lock) {
            return holes;
        }
    }

    /**
     * A channel was at this position in the log, which this node has read up to there.
     *
     * @param since {@link #holes} before that was asked
     * @return false if it may have moved on without this node
     */
    boolean know(String name, Position top, long since) {
        synchronized (lock) {
            if (holes != since) {
                return false;
            }
            MemoryChannel channel = memory.channel(name);
            if (channel != null && channel.last() == null) {
                channel.setTop(top);
            }
            return true;
        }
    }

    /**
     * The same of a channel in doubt.
     *
     * @param from the last entry of the channel that came before the doubt
     */
    void settle(String name, Position from, Position top, long since) {
        synchronized (lock) {
            MemoryChannel channel = holes == since ? memory.channel(name) : null;
            if (channel == null || !isInDoubt(channel, from)) {
                // An entry that came in the meantime has shown what is missing.
            } else if (top.isAfter(from)) {
                memory.miss(channel, from, top);
            } else {
                channel.setTop(from);
            }
        }
        memory.carry();
    }

    @GuardedBy("lock")
    private boolean isInDoubt(MemoryChannel channel, Position from) {
        return channel.isDoubted() && from.equals(channel.last());
    }

    /** Whether nothing has shown what is missing since a doubt. */
    boolean isInDoubt(String name, Position from) {
        synchronized (lock) {
            MemoryChannel channel = memory.channel(name);
            return channel != null && isInDoubt(channel, from);
        }
    }

    @Override
    public void onPause() {
        if (!came) {
            return;
        }
        came = false;
        memory.carry();
        List<Payer> charged = new ArrayList<>(payers);
        payers.clear();
        node.reclaimNames(null);
        node.reclaimEntries(null);
        for (Payer payer : charged) {
            node.reclaimNames(payer);
            node.reclaimEntries(payer);
        }
    }

    private Position position(Stored stored) {
        return new Position(
                origin, stored.id().generation(), stored.id().sequence(), stored.channelSequence());
    }

    /** An entry that was read from the stream again. */
    Entry entry(Stored stored, long appendedNanos) {
        return entry(stored, position(stored), null, appendedNanos, false);
    }

    private static Entry entry(
            Stored stored,
            Position position,
            @Nullable Position previous,
            long appendedNanos,
            boolean late) {
        return new Entry(
                stored.channel(),
                position,
                previous,
                stored.msgId(),
                stored.key(),
                stored.secret(),
                stored.data(),
                appendedNanos,
                late,
                PublisherName.ifSubject(stored.publisher()));
    }
}
