package io.highwater.backbone.memory;

import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Entry;
import io.highwater.protocol.Position;

/** One call to a listener that is still to be made. Immutable. */
sealed interface Delivery {
    void deliver();

    /** The listener threw: tells it what it missed. */
    void missed();

    /** Named in the log. */
    String channel();

    /** An entry for the channel's follower. */
    record ToFollower(BackboneListener listener, Entry entry) implements Delivery {
        @Override
        public void deliver() {
            listener.onEntry(entry);
        }

        @Override
        public void missed() {
            Position position = entry.position();
            Position before =
                    new Position(
                            position.origin(),
                            position.generation(),
                            position.shardSequence() - 1,
                            position.channelSequence() - 1);
            listener.onGap(entry.channel(), before, position);
        }

        @Override
        public String channel() {
            return entry.channel();
        }
    }

    /** Entries of the channel that did not come. */
    record Gap(BackboneListener listener, String channel, Position from, Position to)
            implements Delivery {
        @Override
        public void deliver() {
            listener.onGap(channel, from, to);
        }

        @Override
        public void missed() {
            // A gap cannot be reported in any other way.
        }
    }
}
