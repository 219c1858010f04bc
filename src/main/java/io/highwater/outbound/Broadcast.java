package io.highwater.outbound;

import io.highwater.api.Api;
import io.highwater.api.Wiring;
import io.highwater.wire.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * What became of one message that was offered to many. Immutable.
 *
 * @param accepted queues that took it and want more
 * @param aboveHighWater queues that took it and want no more for now
 * @param dropped queues that refused it
 * @param closed queues of sessions that are over, among them those that this message evicted
 */
@Api
public record Broadcast(int accepted, int aboveHighWater, int dropped, int closed) {
    /** Offers the same frame, encoded once, to each queue. */
    @Wiring
    public static Broadcast offer(OutboundFrame frame, Iterable<SendQueue> queues) {
        return offer(frame, null, queues);
    }

    /**
     * Offers the same frame, encoded once, to each queue.
     *
     * @param key as in {@link SendQueue#offer(OutboundFrame, String, SendCompletion)}
     */
    @Wiring
    public static Broadcast offer(
            OutboundFrame frame, @Nullable String key, Iterable<SendQueue> queues) {
        int accepted = 0;
        int aboveHighWater = 0;
        int dropped = 0;
        int closed = 0;
        for (SendQueue queue : queues) {
            switch (queue.offer(frame, key, null)) {
                case ACCEPTED -> accepted++;
                case ABOVE_HIGH_WATER -> aboveHighWater++;
                case DROPPED -> dropped++;
                case CLOSED -> closed++;
            }
        }
        return new Broadcast(accepted, aboveHighWater, dropped, closed);
    }

    /** How many queues the message was offered to. */
    public int offered() {
        return accepted + aboveHighWater + dropped + closed;
    }
}
