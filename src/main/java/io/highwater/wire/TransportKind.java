package io.highwater.wire;

/** The kinds of transport, by the name that metrics and logs use. */
public enum TransportKind {
    HTTP1("http/1.1"),
    HTTP1_TLS("http/1.1+tls"),
    /** Extended CONNECT over HTTP/2 with prior knowledge (RFC 8441). */
    H2C("h2c"),
    /** Extended CONNECT over HTTP/2 with TLS and ALPN. */
    H2("h2");

    private final String label;

    TransportKind(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    /**
     * True if a read is one system call: the thread that is told of bytes may read them, since it
     * keeps other connections waiting for no longer than that. False if a read decrypts, or parses
     * a connection for many WebSockets.
     */
    public boolean isPlainSocket() {
        return this == HTTP1;
    }

    /** True where many WebSockets share a TCP connection. */
    public boolean isMultiplexed() {
        return this == H2C || this == H2;
    }
}
