package io.highwater.wire;

/**
 * What stands in front of a web application: its own constraints and filters. A handshake of the
 * application's endpoints passes them once the rules have accepted it. The transport provides the
 * gate, since it knows how to pass it. Thread-safe.
 */
public interface Gate {
    /**
     * Whether there is something to pass. If not, only endpoints that ask for the user or the HTTP
     * session need the gate.
     */
    boolean isGuarded();

    /**
     * Says that an endpoint is behind the gate: from now on handshakes come.
     *
     * @throws IllegalStateException if the gate can't be used; the message says why
     */
    void open();
}
