package io.highwater.metrics;

import io.highwater.archive.ArchiveObserver;
import io.highwater.backbone.redis.RedisObserver;
import io.highwater.channel.ChannelObserver;
import io.highwater.cluster.ClusterObserver;
import io.highwater.endpoint.EndpointObserver;
import io.highwater.handshake.HandshakeObserver;
import io.highwater.keepalive.KeepaliveObserver;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.TcpConnections;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.OutboundObserver;
import io.highwater.session.SessionObserver;
import io.highwater.wire.WireObserver;
import io.highwater.wire.deflate.DeflateObserver;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.BooleanSupplier;

/**
 * One node's metrics, in their own registry: hands out the observers and writes what they counted.
 * Thread-safe.
 */
public final class NodeMetrics implements AutoCloseable {
    private final PrometheusRegistry prometheus = new PrometheusRegistry();
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, prometheus, Clock.SYSTEM)
                    .throwExceptionOnRegistrationFailure();
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final Meters meters = new Meters(registry, prometheus);
    private final WireMetrics wire;
    private final HandshakeMetrics handshake;
    private final OutboundMetrics outbound;
    private final KeepaliveMetrics keepalive;
    private final SessionMetrics sessions;
    private final ChannelMetrics channels;
    private final RedisMetrics redis;
    private final ArchiveMetrics archive;
    private final ClusterMetrics cluster;
    private final EndpointMetrics endpoints;
    private final QueueMetrics queues;
    private final DeflateMetrics deflate;
    private final LimitsMetrics limits;

    public NodeMetrics(NonEmptyQueues queues, Build build, NodeLimits nodeLimits) {
        NodeFacts.show(meters, build, nodeLimits);
        wire = new WireMetrics(meters);
        handshake = new HandshakeMetrics(meters);
        outbound = new OutboundMetrics(meters);
        keepalive = new KeepaliveMetrics(meters);
        sessions = new SessionMetrics(meters);
        channels = new ChannelMetrics(meters);
        redis = new RedisMetrics(meters);
        archive = new ArchiveMetrics(meters);
        cluster = new ClusterMetrics(meters);
        endpoints = new EndpointMetrics(meters);
        deflate = new DeflateMetrics(meters);
        limits = new LimitsMetrics(meters);
        this.queues = new QueueMetrics(meters, queues, wire::connections);
        gc.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    public WireObserver wire() {
        return wire;
    }

    public HandshakeObserver handshake() {
        return handshake;
    }

    public OutboundObserver outbound() {
        return outbound;
    }

    public KeepaliveObserver keepalive() {
        return keepalive;
    }

    public SessionObserver sessions() {
        return sessions;
    }

    public ChannelObserver channels() {
        return channels;
    }

    public RedisObserver redis() {
        return redis;
    }

    public ArchiveObserver archive() {
        return archive;
    }

    public ClusterObserver cluster() {
        return cluster;
    }

    public EndpointObserver endpoints() {
        return endpoints;
    }

    public DeflateObserver deflate() {
        return deflate;
    }

    public LimitsObserver limits() {
        return limits;
    }

    /**
     * Shows the accounts and connections, which were made with {@link #limits}. Must be called
     * once.
     */
    public void watch(Ledger ledger, TcpConnections connections) {
        limits.watch(ledger, connections);
    }

    /** Shows whether the channels' log takes messages. Must be called once. */
    public void watchBackbone(BooleanSupplier available) {
        watch(Metric.BACKBONE_AVAILABLE, available);
    }

    /** Shows whether the archive can be written and read. Called at most once. */
    public void watchArchive(BooleanSupplier available) {
        watch(Metric.ARCHIVE_AVAILABLE, available);
    }

    private void watch(Metric metric, BooleanSupplier available) {
        meters.gauge(metric, Tags.empty(), () -> available.getAsBoolean() ? 1 : 0);
    }

    /** Open WebSocket connections. */
    public long connections() {
        return wire.connections();
    }

    /**
     * Every metric as text. Visits all queues, so this is for scrapes only.
     *
     * @param contentType the Prometheus text format or OpenMetrics
     * @param nowNanos time of the node's Ticker
     */
    public String scrape(String contentType, long nowNanos) {
        queues.sample(nowNanos);
        return registry.scrape(contentType);
    }

    /** Stops listening to the garbage collector. */
    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
