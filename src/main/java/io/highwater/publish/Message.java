package io.highwater.publish;

import io.highwater.api.Api;
import io.highwater.backbone.Entry;
import io.highwater.protocol.Position;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A message of a channel, as its subscribers get it. Immutable.
 *
 * @param position null in an ephemeral channel
 * @param previous the position that it follows without a gap, if that is not the one before; null
 *     mostly
 * @param key what it is the newest value of; null for none
 * @param late it was recovered after its turn: messages that follow it were delivered before it
 * @param snapshot it was published before the subscription, which asked for the latest
 * @param json JSON text, as it was published
 */
@Api
public record Message(
        String channel,
        String msgId,
        @Nullable Position position,
        @Nullable Position previous,
        @Nullable String key,
        boolean late,
        boolean snapshot,
        String json) {
    static Message of(Entry entry) {
        return of(entry, false);
    }

    static Message of(Entry entry, boolean snapshot) {
        return new Message(
                entry.channel(),
                entry.msgId(),
                entry.isEphemeral() ? null : entry.position(),
                entry.previous(),
                entry.key(),
                entry.late(),
                snapshot,
                new String(entry.data(), StandardCharsets.UTF_8));
    }
}
