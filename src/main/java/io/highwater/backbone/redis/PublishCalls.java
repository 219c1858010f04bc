package io.highwater.backbone.redis;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Appends messages to a shard's log in Redis. Thread-safe. */
@FunctionalInterface
interface PublishCalls {
    /**
     * Appends messages in one step: all that are new, or none.
     *
     * @param read up to where the node has read the log, in the generation that it has reconciled
     * @param mayOpen for each message, whether it may be the first of its channel in the generation
     */
    CompletionStage<PublishReply> publish(
            StreamId read, List<Waiting> messages, List<Boolean> mayOpen);
}
