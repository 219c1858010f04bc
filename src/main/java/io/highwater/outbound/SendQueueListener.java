package io.highwater.outbound;

/**
 * What a session hears of its own {@link SendQueue}. Called under no lock, one at a time; must not
 * block. What it throws is logged.
 */
public interface SendQueueListener {
    SendQueueListener NONE = new SendQueueListener() {};

    /**
     * The name of the session for an operator who looks at slow ones. Asked only then, by any
     * thread.
     */
    default String clientId() {
        return "";
    }

    /** PAUSE: the queue went above its high-water mark. The session withholds demand. */
    default void onAboveHighWater() {}

    /** PAUSE: the queue reached its low-water mark; always after {@link #onAboveHighWater}. */
    default void onBelowLowWater() {}

    /**
     * EVICT or the governor ended the queue: its messages are dropped, the wire is told to fail,
     * and the session ends soon.
     */
    default void onEvicted(SlowConsumerException evidence) {}
}
