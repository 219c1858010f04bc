package io.highwater.limits;

/** Why a TCP connection was refused on arrival. */
public enum Refusal {
    /** The node has as many as it may. */
    NODE_FULL,

    /** The address has as many as it may. */
    ADDRESS_FULL,

    /** The address has many connections, and the node has few left. */
    SHARE_FULL,

    /** The node has as many connections over TLS as it may. */
    TLS_NODE_FULL,

    /** The address has as many connections over TLS as it may. */
    TLS_ADDRESS_FULL,

    /** The address has many connections over TLS, and the node has few left for TLS. */
    TLS_SHARE_FULL,

    /** The address connects too often. */
    TOO_FAST,

    /** The address has just wasted too much: {@link Payer#refuse}. */
    WASTE;

    /** As metrics and docs/limits.md write it. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
