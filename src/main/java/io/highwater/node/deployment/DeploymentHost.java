package io.highwater.node.deployment;

import io.highwater.endpoint.EndpointNode;
import io.highwater.handshake.rule.HandshakeBeans;
import io.highwater.log.LogLimit;
import io.highwater.node.drain.RetrySpread;
import io.highwater.node.drain.SessionGroup;
import io.highwater.session.Sessions;
import io.highwater.time.Ticker;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A node, as what is deployed on it needs it. The node implements it; its parts may be asked for
 * once it is made. Thread-safe.
 */
public interface DeploymentHost {
    Ticker ticker();

    LogLimit logs();

    /** Where a team's callbacks run; they may block. */
    Executor callbacks();

    EndpointNode endpointNode();

    /** Shared by the node's containers: it counts for all of them together. */
    HandshakeBeans handshakeBeans();

    /** The channels are the node's, at one path whatever is deployed there. */
    Sessions channelSessions();

    /** Until it drains. */
    boolean takesSessions();

    /** When clients that are refused, or sent away, come back. */
    RetrySpread retries();

    /** Closes these sessions with 1012, over the drain window. Blocks until they are gone. */
    void drain(List<SessionGroup> sessions) throws InterruptedException;
}
