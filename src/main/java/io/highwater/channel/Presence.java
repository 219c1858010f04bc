package io.highwater.channel;

import io.highwater.limits.Payer;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Knows who is subscribed to a channel. {@link ChannelHub} knows it of its own node. Thread-safe;
 * it must not block.
 */
@FunctionalInterface
public interface Presence {
    /**
     * Fails with {@link io.highwater.backbone.UnavailableException} where it cannot be told now.
     *
     * @param maxClients how many names at most, from 0 on
     * @param payer who asks; null where it is nobody
     */
    CompletionStage<Occupancy> occupancy(String channel, int maxClients, @Nullable Payer payer);
}
