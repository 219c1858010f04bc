package io.highwater.backbone;

import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * A publication on its way into the log. Immutable as long as no code writes into {@code data}.
 *
 * @param publisher who publishes: a {@link PublisherName}
 * @param msgId unique for the publisher and the channel: a message sent twice is appended once
 * @param key what it is the newest value of, or null
 * @param secret the data must never be compressed
 * @param data JSON text in UTF-8, passed on byte for byte; not copied
 * @param payer the address it is charged to; null for none
 * @param after a position of the channel that the publisher knows from another node; null for none.
 *     Where nodes share a log, one that is still in an older generation must not append the
 *     message: it is cut off from the others, and its subscribers would see the message before what
 *     the publisher knows.
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; it saves one copy per message.
public record Draft(
        String channel,
        String publisher,
        String msgId,
        @Nullable String key,
        boolean secret,
        byte[] data,
        @Nullable Payer payer,
        @Nullable Position after) {
    /** A draft of a publisher that was on no other node. */
    public Draft(
            String channel,
            String publisher,
            String msgId,
            @Nullable String key,
            boolean secret,
            byte[] data,
            @Nullable Payer payer) {
        this(channel, publisher, msgId, key, secret, data, payer, null);
    }

    /** A draft that is charged to no address. */
    public Draft(
            String channel,
            String publisher,
            String msgId,
            @Nullable String key,
            boolean secret,
            byte[] data) {
        this(channel, publisher, msgId, key, secret, data, null);
    }
}
