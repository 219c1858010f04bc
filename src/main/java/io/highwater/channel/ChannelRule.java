package io.highwater.channel;

import io.highwater.api.Api;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A team's rule that decides who may do what in a channel, before anything else does. What it does
 * not decide is decided by the channel's name, the client's claim {@code channels} and the
 * configuration (docs/channels.md). A bean of this type is found by itself. Thread-safe.
 *
 * <p>Asked at every command, on a shared thread, so it must not block: it returns a stage. Until
 * the stage completes, the client's session reads no further command, and no thread waits. A rule
 * that throws, or whose stage fails, has no value or does not complete within 10 seconds, forbids.
 */
@Api
public interface ChannelRule {
    /** Decides nothing; stands for no rule. */
    ChannelRule NONE = new ChannelRule() {};

    /** A completed yes, for rules that can decide at once. */
    CompletionStage<ChannelDecision> ALLOWED =
            CompletableFuture.completedStage(ChannelDecision.ALLOWED);

    /** A completed no. */
    CompletionStage<ChannelDecision> FORBIDDEN =
            CompletableFuture.completedStage(ChannelDecision.FORBIDDEN);

    /** Leaves it to the claim and the configuration. */
    CompletionStage<ChannelDecision> UNDECIDED =
            CompletableFuture.completedStage(ChannelDecision.UNDECIDED);

    /** {@link #ALLOWED} or {@link #FORBIDDEN}. */
    static CompletionStage<ChannelDecision> allowedIf(boolean allowed) {
        return allowed ? ALLOWED : FORBIDDEN;
    }

    /** Whether the client may receive what is published, and what it missed. */
    default CompletionStage<ChannelDecision> maySubscribe(ChannelClient client, String channel) {
        return UNDECIDED;
    }

    default CompletionStage<ChannelDecision> mayPublish(ChannelClient client, String channel) {
        return UNDECIDED;
    }

    /**
     * Whether the client may ask for history; who may subscribe may, unless this says otherwise.
     */
    default CompletionStage<ChannelDecision> mayReadHistory(ChannelClient client, String channel) {
        return maySubscribe(client, channel);
    }

    /** Whether the client may see who is subscribed. */
    default CompletionStage<ChannelDecision> maySeePresence(ChannelClient client, String channel) {
        return UNDECIDED;
    }
}
