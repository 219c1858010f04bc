package io.highwater.publish;

import io.highwater.api.Api;
import io.highwater.backbone.Level;
import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * A message was published. Immutable.
 *
 * @param position where it is in its channel; null in an ephemeral channel
 * @param level what is promised
 * @param duplicate it was published before: the position is that of the first, and it is not
 *     delivered again
 */
@Api
public record Published(
        String channel,
        String msgId,
        @Nullable Position position,
        Level level,
        boolean duplicate) {}
