package io.highwater.cluster;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Carries messages from each node to all nodes, or to one, at most once. Those that a node sends to
 * all come in their order, and so do those that it sends to one. Thread-safe; no method blocks.
 */
public interface Bus {
    /**
     * Called once, before anything is sent. Completes when this node receives what is sent; fails
     * with an error for an operator if it cannot.
     *
     * @param node this node's number
     */
    CompletionStage<@Nullable Void> start(long node, BusListener listener);

    /**
     * Sends a message to all nodes, this one included. The stage completes when the bus has taken
     * it, and fails within a few seconds if it may be lost. The caller does not change the array
     * any more.
     */
    CompletionStage<@Nullable Void> send(byte[] message);

    /** The same to one node. */
    CompletionStage<@Nullable Void> sendTo(long node, byte[] message);

    /** Nothing comes any more, not even what this node sends: renews its connections. */
    void renew();
}
