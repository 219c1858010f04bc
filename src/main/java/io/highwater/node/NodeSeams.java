package io.highwater.node;

import io.highwater.channel.ChannelObserver;
import io.highwater.endpoint.EndpointObserver;
import io.highwater.handshake.HandshakeObserver;
import io.highwater.keepalive.KeepaliveObserver;
import io.highwater.limits.LimitsObserver;
import io.highwater.metrics.NodeMetrics;
import io.highwater.outbound.OutboundObserver;
import io.highwater.session.SessionObserver;
import io.highwater.wire.WireObserver;
import io.highwater.wire.deflate.DeflateObserver;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/**
 * For tests of what others may throw: what stands there between a node and those that it tells or
 * hands work. In a node that serves, nothing does. Immutable.
 *
 * @param observers what the node tells, in place of its metrics' own
 * @param executors where callbacks run, in place of the node's threads
 */
record NodeSeams(UnaryOperator<Observers> observers, UnaryOperator<Executor> executors) {
    static final NodeSeams NONE = new NodeSeams(UnaryOperator.identity(), UnaryOperator.identity());

    /** One of each package that has something to tell. */
    record Observers(
            WireObserver wire,
            HandshakeObserver handshake,
            OutboundObserver outbound,
            KeepaliveObserver keepalive,
            SessionObserver sessions,
            ChannelObserver channels,
            EndpointObserver endpoints,
            DeflateObserver deflate,
            LimitsObserver limits) {
        static Observers of(NodeMetrics metrics) {
            return new Observers(
                    metrics.wire(),
                    metrics.handshake(),
                    metrics.outbound(),
                    metrics.keepalive(),
                    metrics.sessions(),
                    metrics.channels(),
                    metrics.endpoints(),
                    metrics.deflate(),
                    metrics.limits());
        }
    }
}
