package io.highwater.endpoint;

import io.highwater.keepalive.PingScheduler;
import io.highwater.outbound.OutboundNode;

/** What all annotated endpoints of a node share. Thread-safe. */
public record EndpointNode(
        EndpointSettings settings,
        OutboundNode outbound,
        PingScheduler pings,
        EndpointObserver observer) {}
