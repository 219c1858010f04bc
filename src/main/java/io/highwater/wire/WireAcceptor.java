package io.highwater.wire;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;

/** What stands behind a path: makes the listener of each accepted handshake. Thread-safe. */
@FunctionalInterface
public interface WireAcceptor {
    /**
     * Called before the answer is sent, when nothing can be written yet; {@link
     * WireListener#onOpen} follows when it was. What it throws refuses the handshake with 500.
     */
    WireListener accept(
            Wire wire,
            UpgradeRequest request,
            UpgradeDecision.Accepted decision,
            ResponseHeaders headers);

    /** Headers that the owner of a path adds to the answer. */
    @FunctionalInterface
    interface ResponseHeaders {
        void add(String name, String value);
    }
}
