package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.protocol.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Brings subscribers the entries that did not reach this node: reads them from the history, while
 * later entries wait. Entries that cannot be read are skipped: clients notice that a sequence
 * number is missing, and ask for it. Confined to the shard's thread.
 */
final class Repairs<F> {
    /** A longer gap is not read: each client asks for the entries it wants. */
    private static final int MOST_ENTRIES = 1_000;

    /** The log was begun anew. */
    private record Generation(Position base) {}

    /** Entries after {@code from}, up to and with {@code to}. */
    private record Gap(Position from, Position to) {
        /** How many entries are missing; if that is unknown, more than would be read. */
        long size() {
            return from.generation() == to.generation()
                    ? to.channelSequence() - from.channelSequence()
                    : MOST_ENTRIES + 1L;
        }

        boolean takes(Position position) {
            return to.covers(position) && !from.covers(position);
        }
    }

    private final HubShard<F> shard;
    private final History history;

    /**
     * Entries, further gaps and generations that wait until the first gap of their channel is
     * repaired. Normally empty.
     */
    private final Map<HubChannel<F>, ArrayDeque<Object>> waiting = new IdentityHashMap<>();

    Repairs(HubShard<F> shard, History history) {
        this.shard = shard;
        this.history = history;
    }

    /** Whether entries that come for the channel have to wait. */
    boolean isUnderWay(HubChannel<F> channel) {
        return !waiting.isEmpty() && waiting.containsKey(channel);
    }

    /** An entry of a channel whose repair is under way. */
    void await(HubChannel<F> channel, Entry entry) {
        Objects.requireNonNull(waiting.get(channel)).add(entry);
    }

    /** The log was begun anew for a channel whose repair is under way. */
    void await(HubChannel<F> channel, Position base) {
        Objects.requireNonNull(waiting.get(channel)).add(new Generation(base));
    }

    void begin(HubChannel<F> channel, Position from, Position to) {
        Gap gap = new Gap(from, to);
        ArrayDeque<Object> behind = waiting.get(channel);
        if (behind == null) {
            waiting.put(channel, new ArrayDeque<>());
            read(channel, gap);
        } else {
            behind.add(gap);
        }
    }

    private void read(HubChannel<F> channel, Gap gap) {
        if (gap.size() > MOST_ENTRIES) {
            repaired(channel, gap, null);
            return;
        }
        CompletableFuture<ReadResult> read;
        try {
            int limit = (int) gap.size();
            read = history.readAfter(channel.name, gap.from(), limit).toCompletableFuture();
        } catch (RuntimeException | Error e) {
            read = CompletableFuture.failedFuture(e);
        }
        if (read.isDone()) {
            repaired(channel, gap, read.isCompletedExceptionally() ? null : read.join());
        } else {
            var unused =
                    read.whenComplete(
                            (result, failure) ->
                                    shard.execute(() -> repaired(channel, gap, result)));
        }
    }

    /**
     * @param result null where the history could not be read
     */
    private void repaired(HubChannel<F> channel, Gap gap, @Nullable ReadResult result) {
        ArrayDeque<Object> behind = waiting.remove(channel);
        if (behind == null) {
            return; // The channel has no subscribers any more.
        }
        List<Entry> missing = new ArrayList<>();
        if (result instanceof Slice slice) {
            for (Entry entry : slice.entries()) {
                if (gap.takes(entry.position())) {
                    missing.add(entry);
                }
            }
        }
        for (Entry entry : missing) {
            shard.undelivered.add(entry);
            gather(channel, entry);
        }
        if (missing.size() < gap.size()) {
            shard.lost(channel, gap.to());
        }
        goOn(channel, behind);
    }

    /** Handles the items that waited, up to the next gap. */
    private void goOn(HubChannel<F> channel, ArrayDeque<Object> behind) {
        while (!behind.isEmpty()) {
            Object next = behind.remove();
            if (next instanceof Entry entry) {
                gather(channel, entry);
            } else if (next instanceof Generation generation) {
                channel.pass(generation.base());
            } else {
                waiting.put(channel, behind);
                read(channel, (Gap) next);
                return;
            }
        }
    }

    private void gather(HubChannel<F> channel, Entry entry) {
        if (!shard.gather(channel, entry)) {
            shard.lost(channel, entry.position());
        }
    }

    /** The channel has no subscribers any more: drops what waits. */
    void drop(HubChannel<F> channel) {
        ArrayDeque<Object> dropped = waiting.remove(channel);
        if (dropped != null) {
            for (Object item : dropped) {
                if (item instanceof Entry entry) {
                    shard.undelivered.remove(UndeliveredBytes.bytes(entry));
                }
            }
        }
    }
}
