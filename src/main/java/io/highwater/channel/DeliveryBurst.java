package io.highwater.channel;

/**
 * Told when a shard delivers to many subscribers, on the shard's thread: what subscribers write
 * between {@link #begin} and {@link #end} may be held back and sent together at the end. Several
 * shards call it at once, each in pairs; it must neither block nor throw.
 */
public interface DeliveryBurst {
    /** Holds nothing back. */
    DeliveryBurst NONE =
            new DeliveryBurst() {
                @Override
                public void begin() {}

                @Override
                public void end() {}
            };

    void begin();

    void end();
}
