package io.highwater.backbone.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.UnavailableException;
import io.highwater.protocol.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks Redis for the last positions of a shard's channels that this node does not know: nothing of
 * them is left in its memory. One call is under way at a time, for all channels that were asked for
 * since the last. Thread-safe.
 *
 * <p>An answer comes when this node has read the log up to where it was for the answer: so a
 * follower receives whatever is after the position.
 */
final class TopQuestions {
    private static final int MOST_PER_CALL = 128;

    /** More channels are refused. */
    private static final int MOST_WAITING = 1_000;

    private final RedisShard shard;
    private final String origin;
    private final Timing timing;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final LinkedHashMap<String, CompletableFuture<Position>> waiting =
            new LinkedHashMap<>();

    @GuardedBy("lock")
    private boolean asking;

    TopQuestions(RedisShard shard, String origin, Timing timing) {
        this.shard = shard;
        this.origin = origin;
        this.timing = timing;
    }

    /** The channel's last position; fails with {@link UnavailableException}. */
    CompletionStage<Position> ask(String channel) {
        CompletableFuture<Position> answer;
        synchronized (lock) {
            if (waiting.size() >= MOST_WAITING) {
                return RedisShard.unavailable("too many questions wait for the log");
            }
            answer = waiting.computeIfAbsent(channel, name -> new CompletableFuture<>());
        }
        next();
        return answer;
    }

    private void next() {
        Map<String, CompletableFuture<Position>> batch = new HashMap<>();
        synchronized (lock) {
            if (asking || waiting.isEmpty()) {
                return;
            }
            asking = true;
            var all = waiting.entrySet().iterator();
            while (all.hasNext() && batch.size() < MOST_PER_CALL) {
                Map.Entry<String, CompletableFuture<Position>> first = all.next();
                batch.put(first.getKey(), first.getValue());
                all.remove();
            }
        }
        List<String> names = new ArrayList<>(batch.keySet());
        var unused =
                Guarded.call(() -> shard.calls().counters(names))
                        .whenComplete(
                                (counters, failure) -> {
                                    synchronized (lock) {
                                        asking = false;
                                    }
                                    answered(names, batch, counters, failure);
                                    next();
                                });
    }

    private void answered(
            List<String> names,
            Map<String, CompletableFuture<Position>> batch,
            ShardCalls.@Nullable Counters counters,
            @Nullable Throwable failure) {
        // A Redis in a former generation, or in none, has lost its data: a new one is about to
        // begin.
        if (counters == null
                || failure != null
                || counters.top().generation() < shard.position().generation()) {
            fail(batch);
            return;
        }
        CompletableFuture<@Nullable Void> reached =
                shard.reach(counters.top()).toCompletableFuture();
        var unused =
                reached.orTimeout(timing.call().toMillis(), TimeUnit.MILLISECONDS)
                        .whenComplete(
                                (done, late) -> {
                                    if (late != null) {
                                        fail(batch);
                                    } else {
                                        complete(names, batch, counters);
                                    }
                                });
    }

    private void complete(
            List<String> names,
            Map<String, CompletableFuture<Position>> batch,
            ShardCalls.Counters counters) {
        StreamId top = counters.top();
        for (int i = 0; i < names.size(); i++) {
            long last = counters.last().get(i);
            Position position =
                    new Position(origin, top.generation(), last == 0 ? 0 : top.sequence(), last);
            CompletableFuture<Position> answer = batch.get(names.get(i));
            if (answer != null) {
                answer.complete(position);
            }
        }
    }

    private static void fail(Map<String, CompletableFuture<Position>> batch) {
        UnavailableException why = RedisShard.unavailability("the log cannot be reached now");
        batch.values().forEach(answer -> answer.completeExceptionally(why));
    }
}
