package io.highwater.backbone.redis;

import io.highwater.backbone.redis.OpenReply.Opened;
import io.highwater.backbone.redis.StreamItem.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Reads the newest entries of a shard before the node takes traffic, from the newest back. Its
 * steps run one after the other; used once.
 */
final class Filling {
    private static final int ENTRY_BYTES = 200;

    private final ShardCalls calls;
    private final long ageMillis;
    private final long mostBytes;

    /** Newest first. */
    private final List<Stored> entries = new ArrayList<>();

    private final PageSize size = new PageSize();

    private long bytes;

    /**
     * @param mostBytes about the most bytes to read
     */
    Filling(ShardCalls calls, Duration age, long mostBytes) {
        this.calls = calls;
        this.ageMillis = age.toMillis();
        this.mostBytes = mostBytes;
    }

    /**
     * The newest entries, without holes. Immutable.
     *
     * @param opened where the log was before they were read
     * @param entries oldest first; the last is at the top, unless there are none
     */
    record Filled(Opened opened, List<Stored> entries) {}

    CompletionStage<Filled> fill(Opened opened) {
        return page(opened, opened.top());
    }

    private CompletionStage<Filled> page(Opened opened, StreamId upTo) {
        if (upTo.sequence() == 0) {
            return CompletableFuture.completedFuture(filled(opened));
        }
        int most = size.count();
        return calls.upTo(upTo, most)
                .thenCompose(
                        page -> {
                            size.onPage(page);
                            StreamId next = upTo;
                            for (StreamItem item : page) {
                                if (!(item instanceof Stored entry)
                                        || !entry.id().equals(next)
                                        || opened.wallMillis() - entry.wallMillis() > ageMillis
                                        || bytes > mostBytes) {
                                    return CompletableFuture.completedFuture(filled(opened));
                                }
                                entries.add(entry);
                                bytes += ENTRY_BYTES + entry.bytes();
                                next = new StreamId(next.generation(), next.sequence() - 1);
                            }
                            return page.size() < most
                                    ? CompletableFuture.completedFuture(filled(opened))
                                    : page(opened, next);
                        });
    }

    private Filled filled(Opened opened) {
        Collections.reverse(entries);
        return new Filled(opened, List.copyOf(entries));
    }
}
