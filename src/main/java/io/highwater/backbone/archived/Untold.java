package io.highwater.backbone.archived;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Messages that failed, and whose publishers are told so as soon as the lock is released. Until
 * then all that the same publisher sends to the same channel fails too, so that none overtakes
 * them. Guarded by the shard's lock.
 */
final class Untold {
    private record Flow(String publisher, String channel) {}

    /** The last of each flow. */
    private final Map<Flow, CompletableFuture<Appended>> last = new HashMap<>();

    void add(String publisher, String channel, CompletableFuture<Appended> future) {
        last.put(new Flow(publisher, channel), future);
    }

    /** Its publisher was told. */
    void remove(String publisher, String channel, CompletableFuture<Appended> future) {
        last.remove(new Flow(publisher, channel), future);
    }

    /** Whether a draft comes before its publisher could know that an earlier one failed. */
    boolean holdsUp(Draft draft) {
        if (last.isEmpty()) {
            return false;
        }
        CompletableFuture<Appended> failed = last.get(new Flow(draft.publisher(), draft.channel()));
        return failed != null && !failed.isDone();
    }
}
