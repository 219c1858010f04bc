package io.highwater.backbone.archived;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.Archive;
import io.highwater.backbone.memory.MemoryChannel;
import io.highwater.backbone.memory.ShardMemory;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The last positions of a shard's channels: from memory, or, for channels that were not used since
 * the start or were forgotten, from the archive. Thread-safe, by the shard's lock.
 */
final class Tops {
    private final ShardMemory memory;
    private final Object lock;
    private final Archive archive;
    private final String origin;

    /** Questions under way: those who ask about the same channel share one. */
    @GuardedBy("lock")
    private final Map<String, CompletableFuture<Position>> asked = new HashMap<>();

    @GuardedBy("lock")
    private long generation;

    Tops(ShardMemory memory, Archive archive, String origin) {
        this.memory = memory;
        this.lock = memory.lock();
        this.archive = archive;
        this.origin = origin;
    }

    /** A channel that nobody knows has its first entry in this generation. */
    void start(long begun) {
        synchronized (lock) {
            generation = begun;
        }
    }

    /** The last position that was delivered. Caller does not hold the lock. */
    CompletableFuture<Position> ask(String channel) {
        CompletableFuture<Position> answer;
        synchronized (lock) {
            Position known = memory.top(channel);
            if (known != null) {
                return CompletableFuture.completedFuture(known);
            }
            CompletableFuture<Position> other = asked.get(channel);
            if (other != null) {
                return other;
            }
            answer = new CompletableFuture<>();
            asked.put(channel, answer);
        }
        var unused =
                archive.tops(channel)
                        .whenComplete((found, cause) -> answer(channel, answer, found, cause));
        return answer;
    }

    private void answer(
            String channel,
            CompletableFuture<Position> answer,
            @Nullable Cursor found,
            @Nullable Throwable cause) {
        Position top = null;
        synchronized (lock) {
            asked.remove(channel);
            if (cause == null) {
                top = settle(channel, found);
            }
        }
        if (top != null) {
            answer.complete(top);
        } else {
            answer.completeExceptionally(cause == null ? new IllegalStateException() : cause);
        }
    }

    /** What was learned in the meantime is newer. */
    @GuardedBy("lock")
    private Position settle(String channel, @Nullable Cursor found) {
        Position top = memory.top(channel);
        if (top == null) {
            top = found == null ? null : found.at(origin);
        }
        if (top == null) {
            top = new Position(origin, generation, 0, 0);
        }
        MemoryChannel used = memory.channel(channel);
        if (used != null && !used.isTopKnown()) {
            used.setTop(top);
        }
        return top;
    }
}
