package io.highwater.channel;

import io.highwater.limits.Payer;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Tells who is subscribed to a channel. {@link ChannelHub} does so for its own node. Thread-safe;
 * must not block.
 */
@FunctionalInterface
public interface Presence {
    /**
     * Fails with {@link io.highwater.backbone.UnavailableException} if there is no answer now.
     *
     * @param maxClients the most names to return, at least 0
     * @param payer the address that asks; null for none
     */
    CompletionStage<Occupancy> occupancy(String channel, int maxClients, @Nullable Payer payer);
}
