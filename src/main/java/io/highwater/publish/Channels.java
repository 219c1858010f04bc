package io.highwater.publish;

import io.highwater.api.Api;
import io.highwater.backbone.UnavailableException;
import io.highwater.protocol.Position;
import io.highwater.protocol.Since;
import io.highwater.wire.CloseStatus;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The channels of the node, for the application: every bean can have it injected, and a program has
 * it from {@code Highwater.channels()}. Thread-safe. No method blocks; stages complete on threads
 * that must not block either.
 *
 * <pre>{@code
 * @Inject Channels channels;
 *
 * channels.publish("orders", "{\"table\":4}", PublishOptions.of().withMsgId("order-17"))
 *         .thenAccept(published -> log(published.position()));
 * }</pre>
 *
 * <p>The application may do everything in every channel: no {@code ChannelRule} is asked. Names and
 * sizes are limited as for clients (docs/protocol.md).
 *
 * <p>What one thread publishes by one publisher's name in one channel keeps its order. If a message
 * fails, those that were published after it, and before the stage of the failed one failed, fail
 * too. So whoever publishes all of them again, in their order and with their msgIds, keeps the
 * order without repeats.
 *
 * <p>A stage fails with an {@link UnavailableException}, as the cause of a {@code
 * CompletionException} where the JDK wraps it, if the same call may succeed later. A message that
 * failed may have been published all the same; publishing it again with its msgId is safe.
 */
@Api
public interface Channels {
    /** Publishes with a random msgId, so a call that is repeated publishes twice. */
    default CompletionStage<Published> publish(String channel, String json) {
        return publish(channel, json, PublishOptions.of());
    }

    /**
     * Publishes to all that are subscribed, on all nodes.
     *
     * @param json one JSON value, nested at most 63 deep, as a text; it is delivered as it is
     * @throws IllegalArgumentException a name is not allowed, {@code json} is no JSON, or the
     *     message would be larger than highwater.limits.max-message-bytes
     */
    CompletionStage<Published> publish(String channel, String json, PublishOptions options);

    /**
     * Publishes several messages in their order. If one fails, the later ones to its channel fail
     * with {@link OutOfOrderException} or as it did; those to other channels do not.
     *
     * @return one stage for each, in the same order
     * @throws IllegalArgumentException as {@link #publish}; nothing is published then
     */
    List<CompletionStage<Published>> publishAll(List<PublishRequest> messages);

    /**
     * What is kept of a channel after a position, oldest first. If some of it is no longer kept,
     * the page begins with the oldest message that is.
     *
     * @param after null begins with the oldest message kept
     * @param limit 1 to 1,000
     */
    CompletionStage<MessagePage> history(String channel, @Nullable Position after, int limit);

    /**
     * What is kept of a channel before a position, newest first.
     *
     * @param before null begins with the newest message
     * @param limit 1 to 1,000
     */
    CompletionStage<MessagePage> historyBefore(
            String channel, @Nullable Position before, int limit);

    /**
     * What was published in a channel at an instant or later and is kept, oldest first.
     *
     * @param limit 1 to 1,000
     */
    CompletionStage<MessagePage> historyFrom(String channel, Instant instant, int limit);

    /**
     * Receives what is published in a channel, at the listener's own pace: nobody waits for it, and
     * what it has not asked for yet is kept nowhere but in the log. In an ephemeral channel, of
     * which there is no log, a slow listener misses messages without being told. The subscription
     * is in nobody's presence.
     *
     * @param since {@code new Since.Live()}, {@code new Since.After(position)}, or {@code new
     *     Since.Latest()} for the newest message of every key
     */
    ChannelSubscription subscribe(String channel, Since since, ChannelListener listener);

    /** Who is subscribed to a channel, on all nodes. */
    CompletionStage<Subscribers> presence(String channel);

    /**
     * The open sessions of a subject on this node, of channels and of endpoints.
     *
     * @param subject not empty
     */
    List<ClientSession> sessionsOf(String subject);

    /**
     * Begins the closing handshake of every session that {@link #sessionsOf} returns. The client is
     * not kept from coming back, unless the code tells it not to: docs/close-codes.md.
     *
     * @param subject not empty
     * @param status such as {@code new CloseStatus(CloseStatus.FORBIDDEN, "account closed")}
     * @return how many sessions those are
     * @throws IllegalArgumentException the code must not be sent in a Close frame
     */
    int disconnect(String subject, CloseStatus status);
}
