package io.highwater.channel;

import io.highwater.api.Api;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides who may do what in a channel. By default every client may do everything; a team's bean of
 * this type replaces that. Thread-safe.
 *
 * <p>Asked at every command, on a shared thread, so it must not block: it returns a stage. Until
 * the stage completes, the client's session reads no further command, and no thread waits. A rule
 * that throws, or whose stage fails or does not complete within 10 seconds, forbids.
 */
@Api
public interface ChannelRule {
    ChannelRule ALLOW_ALL = new ChannelRule() {};

    /** A completed yes, for rules that can decide at once. */
    CompletionStage<Boolean> ALLOWED = CompletableFuture.completedStage(true);

    /** A completed no. */
    CompletionStage<Boolean> FORBIDDEN = CompletableFuture.completedStage(false);

    /** {@link #ALLOWED} or {@link #FORBIDDEN}. */
    static CompletionStage<Boolean> allowedIf(boolean allowed) {
        return allowed ? ALLOWED : FORBIDDEN;
    }

    default CompletionStage<Boolean> maySubscribe(ChannelClient client, String channel) {
        return ALLOWED;
    }

    default CompletionStage<Boolean> mayPublish(ChannelClient client, String channel) {
        return ALLOWED;
    }

    /** Whether the client may see who is subscribed. */
    default CompletionStage<Boolean> maySeePresence(ChannelClient client, String channel) {
        return ALLOWED;
    }
}
