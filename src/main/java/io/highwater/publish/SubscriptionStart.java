package io.highwater.publish;

import io.highwater.api.Api;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.ResumeFailure;
import org.jspecify.annotations.Nullable;

/**
 * Where a subscription begins. Immutable.
 *
 * @param reason why what was missed does not come; null if it does
 * @param cursor the channel's last position: without a recovery, what is published after it comes;
 *     null in an ephemeral channel
 */
@Api
public record SubscriptionStart(@Nullable ResumeFailure reason, @Nullable Cursor cursor) {
    /** Whether all that was asked for comes. */
    public boolean recovered() {
        return reason == null;
    }
}
