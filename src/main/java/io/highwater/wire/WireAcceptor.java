package io.highwater.wire;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes the listener of each accepted handshake at a path. Thread-safe. */
@FunctionalInterface
public interface WireAcceptor {
    /**
     * Called before the answer is sent, when nothing can be written yet; {@link
     * WireListener#onOpen} follows once it was sent. An exception refuses the handshake with 500.
     */
    WireListener accept(
            Wire wire,
            UpgradeRequest request,
            UpgradeDecision.Accepted decision,
            ResponseHeaders headers);

    /** The answer's headers, as the owner of a path may see and change them. */
    @FunctionalInterface
    interface ResponseHeaders {
        /** The headers of the answer so far: a copy, with names in any case. */
        default Map<String, List<String>> all() {
            return new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        }

        /** Adds a header that is not the handshake's own. */
        void add(String name, String value);

        /**
         * Replaces the subprotocol that was chosen before.
         *
         * @param name one that the client offered; null for none
         */
        default void subprotocol(@Nullable String name) {}
    }
}
