package io.highwater.node;

import io.highwater.archive.ArchiveObserver;
import io.highwater.backbone.redis.RedisObserver;
import io.highwater.channel.ChannelObserver;
import io.highwater.cluster.ClusterObserver;
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
 * Lets tests make the observers and the executor of a node throw. A node in production uses {@link
 * #NONE}. Immutable.
 *
 * @param observers wraps or replaces the observers of the node's metrics
 * @param executors wraps or replaces the executor of the node's callbacks
 */
record NodeSeams(UnaryOperator<Observers> observers, UnaryOperator<Executor> executors) {
    static final NodeSeams NONE = new NodeSeams(UnaryOperator.identity(), UnaryOperator.identity());

    /** One observer for each package that reports events. */
    record Observers(
            WireObserver wire,
            HandshakeObserver handshake,
            OutboundObserver outbound,
            KeepaliveObserver keepalive,
            SessionObserver sessions,
            ChannelObserver channels,
            RedisObserver redis,
            ArchiveObserver archive,
            ClusterObserver cluster,
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
                    metrics.redis(),
                    metrics.archive(),
                    metrics.cluster(),
                    metrics.endpoints(),
                    metrics.deflate(),
                    metrics.limits());
        }
    }
}
