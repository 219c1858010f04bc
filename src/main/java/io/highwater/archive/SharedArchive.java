package io.highwater.archive;

import io.highwater.backbone.ShardPosition;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * An archive of a log that several nodes share. Each shard is written by the node that has its
 * lease; the others ask how far it is. When the log begins a new generation, every node adds what
 * it has read of the former one, since the log itself may have lost it. Thread-safe.
 */
public interface SharedArchive extends Archive {
    /**
     * How far the shards of an origin are archived, by their numbers; new shards are missing. An
     * answer is no older than its question.
     */
    CompletionStage<Map<Integer, ShardPosition>> watermarks(String origin);

    /**
     * Adds entries that are missing, whoever has the shard's lease; the watermark stays where it
     * is. They may lie beyond it: then the shard's writer may hand them over later, too, which
     * changes nothing.
     *
     * <p>Completes with whether they came in time: with true, the shard's writer had not begun a
     * later generation than theirs when they were added, so whoever sees the watermark in a later
     * generation finds them. With false they were added all the same.
     *
     * @param entries of this shard and origin, in the order of the shard
     */
    CompletionStage<Boolean> add(String origin, int shard, List<ArchivedEntry> entries);

    /**
     * Reads the entries of a shard between two positions of one origin, neither included; oldest
     * first. There may be holes between them. An empty answer means that there are none.
     */
    CompletionStage<List<ArchivedEntry>> between(
            int shard, ShardPosition after, ShardPosition before, PageBounds bounds);
}
