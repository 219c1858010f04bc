package io.highwater.backbone;

import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * A publication in the log. Immutable, as long as nobody writes into {@code data}.
 *
 * @param previous on the first entry of a channel in a new generation: the channel's last position
 *     in the old one, where that is known; else null
 * @param key what it is the newest value of, or null
 * @param secret never to be compressed
 * @param data JSON text in UTF-8, byte for byte as it was published; shared, not copied
 * @param appendedNanos when it was appended, of this node's Ticker
 * @param late it was recovered after its turn: entries that come after it were heard before it
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; a copy a message is what it saves.
public record Entry(
        String channel,
        Position position,
        @Nullable Position previous,
        String msgId,
        @Nullable String key,
        boolean secret,
        byte[] data,
        long appendedNanos,
        boolean late) {
    /** One that comes in its turn. */
    public Entry(
            String channel,
            Position position,
            @Nullable Position previous,
            String msgId,
            @Nullable String key,
            boolean secret,
            byte[] data,
            long appendedNanos) {
        this(channel, position, previous, msgId, key, secret, data, appendedNanos, false);
    }
}
