package io.highwater.channel;

/**
 * Told of the times in which a shard delivers to many, on its thread: what subscribers write
 * between {@link #begin} and {@link #end} may wait for the end, to leave together. Called by all
 * shards at once, by each in pairs; it must neither block nor throw.
 */
public interface DeliveryBurst {
    /** Whatever is written leaves at once. */
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
