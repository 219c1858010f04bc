package io.highwater.outbound;

/**
 * What a session hears of its own {@link SendQueue}. Called under no lock, one at a time; must not
 * block. What it throws is logged.
 */
public interface SendQueueListener {
    SendQueueListener NONE = new SendQueueListener() {};

    /**
     * Names the session for an operator who looks at slow ones; asked then alone, by any thread.
     */
    default String clientId() {
        return "";
    }

    /** PAUSE: the queue is above its high-water mark. The session withholds demand. */
    default void onAboveHighWater() {}

    /** PAUSE: the queue is at its low-water mark; always after {@link #onAboveHighWater}. */
    default void onBelowLowWater() {}

    /**
     * EVICT, or the governor: the queue is dropped and the wire told to fail; the session ends
     * soon.
     */
    default void onEvicted(SlowConsumerException evidence) {}
}
