package io.highwater.backbone.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.Entry;
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

    /** What came in the last minutes; null if nothing comes late. Guarded by the lock. */
    private final @Nullable IdempotencyWindow window;

    /** What it is missing after a gap of the shard is asked elsewhere. */
    private final Doubts doubts;

    /** Addresses whose entries came since the last pause. */
    private final Set<Payer> payers = new HashSet<>();

    private boolean came;

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

    /**
     * @param window what came in the last minutes, if an entry may come late, and after its repeat;
     *     null if none does, since there is no archive
     */
    MemorySink(
            String origin,
            NodeMemory node,
            ShardMemory memory,
            @Nullable IdempotencyWindow window,
            Doubts doubts) {
        this.origin = origin;
        this.node = node;
        this.memory = memory;
        this.lock = memory.lock();
        this.window = window;
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
            remember(stored, payer, appendedNanos);
            MemoryChannel channel = memory.open(stored.channel(), payer);
            if (channel != null) {
                add(channel, stored, appendedNanos, payer);
                memory.retireIfUnused(channel);
            }
        }
    }

    @GuardedBy("lock")
    private void add(
            MemoryChannel channel, Stored stored, long appendedNanos, @Nullable Payer payer) {
        Position position = position(stored);
        Position last = channel.top();
        Position previous = null;
        if (last != null && last.generation() != position.generation()) {
            previous = last;
        }
        long missed = position.channelSequence() - 1;
        if (last != null && previous == null) {
            missed -= last.channelSequence();
        }
        if (missed > 0 && last != null) {
            Position before =
                    new Position(
                            origin,
                            position.generation(),
                            position.shardSequence() - 1,
                            position.channelSequence() - 1);
            memory.miss(channel, last, before);
            previous = null;
        }
        memory.add(channel, entry(stored, position, previous, appendedNanos, false), payer);
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
        if (window != null) {
            window.add(key(window, stored), position(stored), payer, nowNanos);
        }
    }

    /** Whether the message came before, perhaps appended again by its publisher. */
    @GuardedBy("lock")
    private boolean isRepeat(Stored stored, long nowNanos) {
        if (window == null || window.find(key(window, stored), nowNanos) != null) {
            return window != null;
        }
        remember(stored, null, nowNanos);
        return false;
    }

    private static MessageKey key(IdempotencyWindow window, Stored stored) {
        return window.key(stored.publisher(), stored.channel(), stored.msgId());
    }

    @Override
    public void onGap(StreamId from, StreamId to) {
        Map<String, Position> last = new HashMap<>();
        synchronized (lock) {
            for (MemoryChannel channel : memory.doubt()) {
                Position top = channel.top();
                if (top != null) {
                    last.put(channel.name(), top);
                }
            }
        }
        if (!last.isEmpty()) {
            doubts.ask(last);
        }
    }

    /**
     * A channel is at this position in the log, which this node has read up to there.
     *
     * @param from the last entry of the channel that came before the doubt
     */
    void settle(String name, Position from, Position top) {
        synchronized (lock) {
            MemoryChannel channel = memory.channel(name);
            // If an entry came in the meantime, that has shown what is missing.
            if (channel != null && from.equals(channel.top()) && top.isAfter(from)) {
                memory.miss(channel, from, top);
            }
        }
        memory.carry();
    }

    /** Whether nothing has come of a channel since a doubt. */
    boolean isInDoubt(String name, Position from) {
        synchronized (lock) {
            MemoryChannel channel = memory.channel(name);
            return channel != null && from.equals(channel.top());
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
                late);
    }
}
