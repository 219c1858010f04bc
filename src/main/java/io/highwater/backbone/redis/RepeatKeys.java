package io.highwater.backbone.redis;

import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.PageBounds;
import io.highwater.backbone.redis.StreamItem.Stored;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Tells Redis again which messages came in the last minutes, where it has lost entries and with
 * them what it remembered: their publishers may repeat them, and would otherwise be heard twice.
 * Thread-safe.
 */
final class RepeatKeys {
    /** Looks at no more entries than these before the end of a generation. */
    private static final long MOST_ENTRIES = 50_000;

    private static final PageBounds PAGE = new PageBounds(500, 1 << 20);

    private final int shard;
    private final ArchiveParts parts;
    private final ShardCalls calls;

    RepeatKeys(int shard, ArchiveParts parts, ShardCalls calls) {
        this.shard = shard;
        this.parts = parts;
        this.calls = calls;
    }

    /**
     * Completes when Redis remembers what it lost.
     *
     * @param kept the last entry of the former generation that Redis has
     * @param archived the last one that is known to be archived
     * @param base of the next generation
     */
    CompletionStage<@Nullable Void> restore(StreamId kept, StreamId archived, StreamId base) {
        StreamId oldest =
                new StreamId(
                        archived.generation(), Math.max(0, archived.sequence() - MOST_ENTRIES));
        return page(kept.isAfter(oldest) ? kept : oldest, base);
    }

    private CompletionStage<@Nullable Void> page(StreamId after, StreamId base) {
        return parts.archive()
                .between(shard, parts.form().position(after), parts.form().position(base), PAGE)
                .thenCompose(entries -> remember(entries, base));
    }

    private CompletionStage<@Nullable Void> remember(List<ArchivedEntry> archived, StreamId base) {
        if (archived.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<Stored> entries = archived.stream().map(ArchivedForm::stored).toList();
        return calls.remember(entries, base)
                .thenCompose(done -> page(entries.get(entries.size() - 1).id(), base));
    }
}
