package io.highwater.session;

import io.highwater.channel.ChannelProfile;
import io.highwater.outbound.OutboundTurn;
import io.highwater.protocol.Position;

/**
 * A subscription whose client asks who comes and goes. A class of its own, so that the others need
 * no field for it. Thread-safe.
 */
final class WatchingSubscription extends Subscription {
    WatchingSubscription(Session session, String channel, ChannelProfile profile) {
        super(session, channel, profile);
    }

    @Override
    public boolean watchesPresence() {
        return true;
    }

    /** A client that does not read is told later, and not ended for what others do. */
    @Override
    public boolean onPresence(OutboundTurn<Position> event) {
        if (!queue().isWritable()) {
            return false;
        }
        queue().offer(event, null);
        return true;
    }
}
