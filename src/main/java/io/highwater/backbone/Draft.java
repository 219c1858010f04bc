package io.highwater.backbone;

import io.highwater.limits.Payer;
import org.jspecify.annotations.Nullable;

/**
 * A publication on its way into the log. Immutable, as long as nobody writes into {@code data}.
 *
 * @param publisher who publishes: the authenticated subject, or the client's name
 * @param msgId unique for the publisher and the channel: what is sent twice is appended once
 * @param key what it is the newest value of, or null
 * @param secret never to be compressed
 * @param data JSON text in UTF-8, passed on byte for byte; not copied
 * @param payer the address for which it is kept; null where it came from none
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; a copy a message is what it saves.
public record Draft(
        String channel,
        String publisher,
        String msgId,
        @Nullable String key,
        boolean secret,
        byte[] data,
        @Nullable Payer payer) {
    /** One that is nobody's share of anything. */
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
