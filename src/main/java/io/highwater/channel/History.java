package io.highwater.channel;

import io.highwater.backbone.ReadResult;
import io.highwater.protocol.Cursor;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What was published in a channel: read in the node's ring first, and then in what is behind that.
 * A backbone without an archive is one. Thread-safe; it must not block.
 */
@FunctionalInterface
public interface History {
    /** As {@link io.highwater.backbone.Backbone#readAfter} has it, and of the same log. */
    CompletionStage<ReadResult> readAfter(String channel, @Nullable Cursor after, int limit);
}
