package io.highwater.handshake;

/** Observes every decision, for metrics. Thread-safe; must return at once. */
public interface HandshakeObserver {
    HandshakeObserver NONE = new HandshakeObserver() {};

    /**
     * @param outcome {@link UpgradeDecision#outcome}: "accepted", the word of the rule that
     *     refused, or "error"; an application's rules add words of their own
     */
    default void onDecided(String outcome) {}
}
