package io.highwater.channel;

import io.highwater.backbone.ReadResult;
import io.highwater.protocol.Cursor;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What was published in a channel: read from the node's ring first, then from what lies behind it.
 * A backbone without an archive is a history by itself. Thread-safe; must not block.
 */
@FunctionalInterface
public interface History {
    /** The same contract as {@link io.highwater.backbone.Backbone#readAfter}, for the same log. */
    CompletionStage<ReadResult> readAfter(String channel, @Nullable Cursor after, int limit);
}
