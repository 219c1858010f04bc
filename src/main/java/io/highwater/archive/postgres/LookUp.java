package io.highwater.archive.postgres;

import io.highwater.backbone.ShardPosition;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A question for which a publication waits, or an acknowledgement. */
sealed interface LookUp {
    CompletableFuture<?> answer();

    /** See {@link io.highwater.archive.Archive#tops}. */
    record Tops(String channel, long sinceNanos, CompletableFuture<@Nullable Cursor> answer)
            implements LookUp {}

    /** See {@link io.highwater.archive.SharedArchive#watermarks}. */
    record Watermarks(
            String origin, long sinceNanos, CompletableFuture<Map<Integer, ShardPosition>> answer)
            implements LookUp {}

    /** See {@link io.highwater.archive.Archive#find}. */
    record Find(
            String channel,
            String publisher,
            String msgId,
            long sinceNanos,
            CompletableFuture<@Nullable Position> answer)
            implements LookUp {}

    long sinceNanos();
}
