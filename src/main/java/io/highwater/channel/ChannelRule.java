package io.highwater.channel;

import io.highwater.api.Api;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Who may do what in a channel. All may do all by default; a team's bean of this type decides
 * instead. Thread-safe.
 *
 * <p>Asked at every command, on a thread that others share: it answers a stage and does not block.
 * Until the stage completes, the session that asks reads no further command, and no thread waits.
 * One that fails, throws, or does not complete within 10 seconds, lets nobody in.
 */
@Api
public interface ChannelRule {
    ChannelRule ALLOW_ALL = new ChannelRule() {};

    /** The answer of a rule that knows at once: one stage for all. */
    CompletionStage<Boolean> ALLOWED = CompletableFuture.completedStage(true);

    /** The same for a no. */
    CompletionStage<Boolean> FORBIDDEN = CompletableFuture.completedStage(false);

    /** One of the two. */
    static CompletionStage<Boolean> allowedIf(boolean allowed) {
        return allowed ? ALLOWED : FORBIDDEN;
    }

    default CompletionStage<Boolean> maySubscribe(ChannelClient client, String channel) {
        return ALLOWED;
    }

    default CompletionStage<Boolean> mayPublish(ChannelClient client, String channel) {
        return ALLOWED;
    }

    /** Whether it may see who is subscribed. */
    default CompletionStage<Boolean> maySeePresence(ChannelClient client, String channel) {
        return ALLOWED;
    }
}
