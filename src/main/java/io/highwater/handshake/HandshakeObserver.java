package io.highwater.handshake;

/** Told about every decision, for metrics. Thread-safe; must return at once. */
public interface HandshakeObserver {
    HandshakeObserver NONE = new HandshakeObserver() {};

    /**
     * @param outcome {@link UpgradeDecision#outcome}: "accepted", a refusing rule's word, or
     *     "error"; a team's rules add words of their own
     */
    default void onDecided(String outcome) {}
}
