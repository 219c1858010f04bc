package io.highwater.limits;

/**
 * What memory is kept for. The shares add up to the whole budget of the node ({@code
 * highwater.limits.heap-share}), so that no mixture of attacks exceeds it.
 */
public enum Account {
    /** Messages that have not arrived whole, or wait for their endpoint. */
    INBOUND(0.18),

    /** Messages that clients have not read yet, under every overflow policy. */
    OUTBOUND(0.20),

    /** Plain HTTP: connections that are no WebSockets, and their requests. */
    HTTP(0.10),

    /** TLS handshakes, request heads and upgrades that are under way. */
    HANDSHAKES(0.05),

    /** Compression contexts: the text that a peer may refer to. */
    CONTEXTS(0.20),

    /** The history of channels. */
    RINGS(0.20),

    /** Names of channels, subscriptions to them, and commands that wait for a channel. */
    NAMES(0.05),

    /** The msgIds of the last minutes. */
    IDEMPOTENCY(0.02);

    private final double share;

    Account(double share) {
        this.share = share;
    }

    /** Its share of the node's budget, 0 to 1. */
    public double share() {
        return share;
    }

    /** As metrics, logs and docs/limits.md write it. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
