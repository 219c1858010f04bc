package io.highwater.node.deployment;

import io.highwater.endpoint.EndpointNode;
import io.highwater.handshake.rule.HandshakeBeans;
import io.highwater.log.LogLimit;
import io.highwater.node.drain.RetrySpread;
import io.highwater.node.drain.SessionGroup;
import io.highwater.publish.PublishNode;
import io.highwater.session.Sessions;
import io.highwater.time.Ticker;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * What a deployment needs of its node. The node implements it; its methods may be called once the
 * node is constructed. Thread-safe.
 */
public interface DeploymentHost {
    Ticker ticker();

    LogLimit logs();

    /** Where a team's callbacks run; they may block. */
    Executor callbacks();

    EndpointNode endpointNode();

    /** Shared by the node's containers, so that counts cover all of them together. */
    HandshakeBeans handshakeBeans();

    /** The channels belong to the node: they have one path, whatever is deployed there. */
    Sessions channelSessions();

    /** What the beans of a deployment publish by. */
    PublishNode publishing();

    /** True until the node drains. */
    boolean takesSessions();

    /** When clients that are refused or sent away are to come back. */
    RetrySpread retries();

    /** Closes these sessions with 1012, over the drain window. Blocks until they are gone. */
    void drain(List<SessionGroup> sessions) throws InterruptedException;
}
