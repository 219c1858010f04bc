package io.highwater.cluster;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Carries messages from each node to all nodes, at most once. Those that one node sends come in
 * their order. Thread-safe; no method blocks.
 */
public interface Bus {
    /**
     * Called once, before anything is sent. Completes when this node receives what is sent; fails
     * with an error for an operator if it cannot.
     *
     * @param listener called by one thread at a time
     */
    CompletionStage<@Nullable Void> start(BusListener listener);

    /**
     * Sends a message to all nodes, this one included. The stage completes when the bus has taken
     * it, and fails within a few seconds if it may be lost. The caller does not change the array
     * any more.
     */
    CompletionStage<@Nullable Void> send(byte[] message);
}
