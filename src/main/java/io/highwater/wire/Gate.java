package io.highwater.wire;

/**
 * What stands in front of a web application: its own constraints and filters, which a handshake of
 * its endpoints passes once the rules have accepted it. The transport, which knows how, brings it.
 * Thread-safe.
 */
public interface Gate {
    /**
     * Whether there is something to pass. Otherwise only those need it who ask for the user or the
     * HTTP session.
     */
    boolean isGuarded();

    /**
     * An endpoint is behind it: from now on handshakes come.
     *
     * @throws IllegalStateException it can't be used; says why
     */
    void open();
}
