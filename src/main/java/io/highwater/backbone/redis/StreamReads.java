package io.highwater.backbone.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries of one channel from its shard's stream, for clients that were away for longer than
 * the ring goes back. Such a read looks at the entries of all channels of the shard, so few run at
 * once, and each looks at a bounded number. Thread-safe.
 */
final class StreamReads {
    private static final int MOST_AT_ONCE = 2;
    private static final int MOST_WAITING = 64;

    /** Of one address, those that wait included; a proxy's clients are not counted together. */
    private static final int MOST_OF_ADDRESS = 16;

    /** As many as a stream has; some more with blocks that are not dropped yet. */
    private static final int MOST_LOOKED_AT = 23_000;

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final ArrayDeque<Read> waiting = new ArrayDeque<>();

    /** How many of an address are under way or wait. */
    @GuardedBy("lock")
    private final Map<Payer, Integer> open = new HashMap<>();

    @GuardedBy("lock")
    private int running;

    /**
     * Reads what directly follows a position, in its generation.
     *
     * @param after a client's: its shardSequence may be wrong
     * @param top the channel's last position; nothing after it is read
     * @param most the most entries
     * @param payer the address that asks; null for none
     * @return the entries that follow without a hole; none if the first one is gone. Fails with
     *     {@link io.highwater.backbone.UnavailableException}
     */
    CompletionStage<List<Stored>> read(
            ShardCalls calls,
            String channel,
            Position after,
            Position top,
            int most,
            @Nullable Payer payer) {
        Read read = new Read(calls, channel, after, top, most, payer);
        synchronized (lock) {
            boolean waits = running == MOST_AT_ONCE;
            if ((waits && waiting.size() == MOST_WAITING) || !enter(payer)) {
                return RedisShard.unavailable("too many reads wait for the log");
            }
            if (waits) {
                waiting.add(read);
                return read.answer;
            }
            running++;
        }
        start(read);
        return read.answer;
    }

    @GuardedBy("lock")
    private boolean enter(@Nullable Payer payer) {
        if (payer == null || payer.isProxy()) {
            return true;
        }
        int own = open.getOrDefault(payer, 0);
        if (own >= MOST_OF_ADDRESS) {
            return false;
        }
        open.put(payer, own + 1);
        return true;
    }

    @GuardedBy("lock")
    private void leave(@Nullable Payer payer) {
        if (payer != null) {
            open.computeIfPresent(payer, (any, own) -> own == 1 ? null : own - 1);
        }
    }

    private void start(Read read) {
        var unused = read.answer.whenComplete((entries, failure) -> next(read));
        read.page(StreamId.of(read.after), 0);
    }

    private void next(Read done) {
        Read next;
        synchronized (lock) {
            leave(done.payer);
            next = waiting.poll();
            if (next == null) {
                running--;
                return;
            }
        }
        start(next);
    }

    /** One read; its steps run one after the other. */
    private static final class Read {
        private final ShardCalls calls;
        private final String channel;
        private final Position after;
        private final Position top;
        private final int most;
        private final @Nullable Payer payer;
        private final PageSize size = new PageSize();
        private final List<Stored> found = new ArrayList<>();
        private final CompletableFuture<List<Stored>> answer = new CompletableFuture<>();

        private Read(
                ShardCalls calls,
                String channel,
                Position after,
                Position top,
                int most,
                @Nullable Payer payer) {
            this.calls = calls;
            this.channel = channel;
            this.after = after;
            this.top = top;
            this.most = most;
            this.payer = payer;
        }

        private void page(StreamId from, int lookedAt) {
            if (lookedAt >= MOST_LOOKED_AT) {
                answer.complete(found);
                return;
            }
            int count = size.count();
            var unused =
                    Guarded.call(() -> calls.between(from, StreamId.of(top), count))
                            .whenComplete(
                                    (items, failure) -> {
                                        if (failure != null) {
                                            answer.completeExceptionally(
                                                    RedisShard.unavailability(
                                                            "the log cannot be reached now"));
                                        } else {
                                            taken(items, count, lookedAt);
                                        }
                                    });
        }

        private void taken(List<StreamItem> items, int count, int lookedAt) {
            for (StreamItem item : items) {
                if (item instanceof Stored entry && entry.channel().equals(channel)) {
                    long next = after.channelSequence() + found.size() + 1;
                    if (entry.channelSequence() == next && found.size() < most) {
                        found.add(entry);
                    } else if (entry.channelSequence() >= next) {
                        answer.complete(found);
                        return;
                    }
                }
            }
            if (items.size() < count) {
                answer.complete(found);
            } else {
                size.onPage(items);
                page(items.get(items.size() - 1).id(), lookedAt + items.size());
            }
        }
    }
}
