package io.highwater.limits;

/** What a client did not do in time. */
public enum Deadline {
    /** {@code highwater.limits.tls-handshake-timeout} */
    TLS_HANDSHAKE,

    /** {@code highwater.limits.head-timeout}: all of a request's head. */
    HEAD,

    /** {@code highwater.limits.request-timeout}: a request's body sent, or its answer read. */
    REQUEST;

    /** As metrics and docs/limits.md write it. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
