package io.highwater.node;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.highwater.backbone.Backbone;
import io.highwater.channel.ChannelHub;
import io.highwater.channel.ChannelSettings;
import io.highwater.channel.DeliveryBurst;
import io.highwater.channel.History;
import io.highwater.channel.HubNode;
import io.highwater.channel.OtherNodes;
import io.highwater.channel.PieceSize;
import io.highwater.channel.Relay;
import io.highwater.channel.ShardThreads;
import io.highwater.cluster.Bus;
import io.highwater.cluster.Cluster;
import io.highwater.cluster.ClusterNode;
import io.highwater.config.HighwaterConfig;
import io.highwater.keepalive.PingScheduler;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.outbound.OutboundNode;
import io.highwater.outbound.OutboundSettings;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.OverflowPolicy;
import io.highwater.outbound.SendQueues;
import io.highwater.outbound.WaterMarks;
import io.highwater.permission.Permissions;
import io.highwater.protocol.Codec;
import io.highwater.protocol.Position;
import io.highwater.publish.OpenSessions;
import io.highwater.publish.PublishNode;
import io.highwater.session.SessionNode;
import io.highwater.session.SessionSettings;
import io.highwater.session.Sessions;
import io.highwater.session.TurnFrames;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.wire.deflate.PermessageDeflate;
import io.highwater.wire.engine.FanoutThread;
import io.highwater.wire.jetty.h2.StreamBursts;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Wires and ends the channels of a node, from the log up to the sessions. Thread-safe. */
final class ChannelService implements AutoCloseable {
    /**
     * The fan-out may be behind by this fraction of the rings: an eighth. Entries that wait for the
     * fan-out are mostly in the rings too, and charged there; but once a ring drops an old entry,
     * no account includes it.
     */
    private static final int BACKLOG_PARTS = 8;

    private final NodeLog log;
    private final Backbone backbone;

    /** Null on a node that shares its channels with no other. */
    private final @Nullable Cluster cluster;

    private final SessionSettings settings;
    private final TimerWheel wheel;
    private final Ticker ticker;
    private final ShardThreads threads;
    private final ChannelHub<OutboundTurn<Position>> hub;
    private final Sessions sessions;

    ChannelService(
            HighwaterConfig config,
            Permissions permissions,
            OutboundNode outbound,
            PingScheduler pings,
            NodeSeams.Observers observers,
            StreamBursts bursts,
            PermessageDeflate deflate,
            Ledger ledger,
            Executor executor) {
        ChannelSettings channels = config.channels();
        log =
                NodeLog.of(
                        config,
                        outbound,
                        ledger,
                        this::isBehind,
                        observers.redis(),
                        observers.archive());
        backbone = log.backbone();
        wheel = outbound.wheel();
        ticker = outbound.ticker();
        Bus bus = log.bus();
        cluster =
                bus == null
                        ? null
                        : new Cluster(
                                bus,
                                new ClusterNode(
                                        ledger.book(Account.RINGS),
                                        ledger.book(Account.NAMES),
                                        outbound.ticker(),
                                        outbound.wheel(),
                                        observers.cluster(),
                                        outbound.logs()));
        threads = ShardThreads.start(Runtime.getRuntime().availableProcessors(), FanoutThread::new);
        WaterMarks marks = config.outbound().marks();
        // EVICT, since a session that does not read its replies ends; the series of other messages
        // says whether they may give way.
        OutboundSettings queue =
                new OutboundSettings(
                        config.outbound().marks(),
                        OverflowPolicy.EVICT,
                        config.outbound().evictLinger());
        settings =
                new SessionSettings(
                        config.wire(), queue, config.commandsPerSecond(), config.commandsBurst());
        hub =
                new ChannelHub<>(
                        backbone,
                        History.of(backbone),
                        cluster == null ? Relay.NONE : cluster,
                        new TurnFrames(deflate, channels),
                        PieceSize.of(marks.highMessages(), marks.highBytes()),
                        backlogBytes(ledger),
                        new HubNode(
                                threads.executors(),
                                new SharedWrites(bursts),
                                ledger.book(Account.NAMES),
                                ledger.book(Account.OUTBOUND),
                                settings.mostNames(),
                                outbound.ticker(),
                                outbound.wheel(),
                                cluster == null ? OtherNodes.NONE : cluster,
                                observers.channels(),
                                outbound.logs()));
        sessions =
                new Sessions(
                        new SessionNode(
                                config.node(),
                                settings,
                                channels,
                                hub,
                                cluster == null ? hub : cluster,
                                permissions,
                                new Codec(),
                                new SendQueues(queue, outbound),
                                pings,
                                config.keepalive().pingInterval().toSeconds(),
                                outbound.wheel(),
                                outbound.ticker(),
                                ledger.book(Account.NAMES),
                                observers.sessions(),
                                outbound.logs()),
                        executor);
    }

    static long backlogBytes(Ledger ledger) {
        return ledger.book(Account.RINGS).mostBytes() / BACKLOG_PARTS;
    }

    /** Lets the streams of one HTTP/2 connection share the writes of a turn. */
    private record SharedWrites(StreamBursts bursts) implements DeliveryBurst {
        @Override
        public void begin() {
            bursts.begin();
        }

        @Override
        public void end() {
            bursts.end();
        }
    }

    /** Asked once the log has started, and so once everything here is made. */
    private boolean isBehind() {
        return hub.isBehind();
    }

    /**
     * Starts the log, and returns when it takes traffic.
     *
     * @throws IOException the log cannot start; the message says what to do
     */
    void start() throws IOException {
        try {
            backbone.start().thenCompose(started -> startCluster()).toCompletableFuture().get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(cause.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the channels' log started", e);
        }
    }

    NodeLog log() {
        return log;
    }

    private CompletionStage<@Nullable Void> startCluster() {
        return cluster == null ? CompletableFuture.completedFuture(null) : cluster.start(hub);
    }

    PublishNode publishing(OpenSessions open) {
        return new PublishNode(
                hub,
                cluster == null ? hub : cluster,
                open,
                settings.wire().maxMessageBytes(),
                settings.mostNames(),
                wheel,
                ticker);
    }

    Sessions sessions() {
        return sessions;
    }

    @Override
    public void close() {
        if (cluster != null) {
            // Waits a moment, so that the other nodes need not find out by themselves.
            cluster.close().toCompletableFuture().completeOnTimeout(null, 1, SECONDS).join();
        }
        hub.close();
        threads.close();
        backbone.close();
    }
}
