package io.highwater.publish;

import io.highwater.api.Api;

/**
 * Receives the messages of a channel. Called one call at a time, on threads of the application's
 * callbacks, so it may block: only its own messages wait then. A listener that throws is told no
 * more, except by {@link #onEnded}.
 */
@Api
public interface ChannelListener {
    /**
     * Comes first. No message comes before it was {@linkplain ChannelSubscription#request
     * requested}.
     */
    void onSubscribed(ChannelSubscription subscription, SubscriptionStart start);

    void onMessage(Message message);

    /** Messages were not delivered, because the log no longer has them. */
    default void onSkipped(SkippedMessages skipped) {}

    /**
     * The subscription has ended, but not by {@link ChannelSubscription#cancel}; nothing more
     * comes.
     *
     * @param cause what the listener threw; or an {@link
     *     io.highwater.backbone.UnavailableException}: the node is stopping, or has no room
     */
    void onEnded(Throwable cause);
}
