package io.highwater;

import io.highwater.admin.AdminActions;
import io.highwater.admin.AdminApi;
import io.highwater.admin.MetricsFormat;
import io.highwater.admin.SlowClients;
import io.highwater.channel.ChannelRule;
import io.highwater.endpoint.CallbackExecutor;
import io.highwater.endpoint.EndpointExtension;
import io.highwater.endpoint.EndpointNode;
import io.highwater.endpoint.EndpointSettings;
import io.highwater.endpoint.Endpoints;
import io.highwater.handshake.Handshake;
import io.highwater.handshake.HandshakeBeans;
import io.highwater.keepalive.PingScheduler;
import io.highwater.metrics.NodeMetrics;
import io.highwater.outbound.Backlog;
import io.highwater.outbound.OutboundNode;
import io.highwater.outbound.SlowClient;
import io.highwater.outbound.SlowClientGovernor;
import io.highwater.server.AdminServer;
import io.highwater.server.HttpServer;
import io.highwater.time.Ticker;
import io.highwater.time.TimerThread;
import io.highwater.time.TimerWheel;
import io.highwater.wire.ReadBuffers;
import io.highwater.wire.Route;
import io.highwater.wire.WireContext;
import io.highwater.wire.deflate.PermessageDeflate;
import io.highwater.wire.jetty.UpgradeHandler;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node: wires the parts, starts them, drains and stops them. Thread-safe.
 *
 * <p>The road of a message: {@code server} accepts, {@code wire.jetty} upgrades what {@code
 * handshake} lets in, {@code wire} reads and writes frames, {@code endpoint} calls a team's
 * methods, {@code outbound} queues what they send.
 */
public final class Highwater implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Highwater.class);

    /** How many {@code /clients/slow} names. */
    private static final int SLOWEST_SHOWN = 20;

    /** The lifecycle of a node; it only moves downwards. */
    private enum State {
        READY,
        DRAINING,
        STOPPED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.READY);
    private final CountDownLatch drained = new CountDownLatch(1);
    private final HighwaterConfig config;
    private final Parts parts;
    private final Ticker ticker = Ticker.system();
    private final NodeMetrics metrics;
    private final Backlog backlog = new Backlog();
    private final SlowClientGovernor governor;
    private final Endpoints endpoints;
    private final ChannelService channels;
    private final AdminServer admin;
    private final HttpServer http;

    /** What is made first is closed last. */
    private Highwater(HighwaterConfig config, Parts parts) {
        this.config = config;
        this.parts = parts;
        NodeMetrics metrics = new NodeMetrics(backlog);
        this.metrics = parts.add(metrics, metrics::close);
        TimerWheel wheel = new TimerWheel(ticker.nanoTime());
        TimerThread timers = TimerThread.start(wheel, ticker);
        parts.add(timers, timers::close);
        SeContainer beans =
                SeContainerInitializer.newInstance()
                        // Its own hook would close the beans under sessions that still drain.
                        .addProperty("org.jboss.weld.se.shutdownHook", false)
                        .addExtensions(
                                new HandshakeBeans(config.handshake(), metrics.handshake(), ticker))
                        .initialize();
        parts.add(beans, beans::close);
        CallbackExecutor callbacks = new CallbackExecutor();
        parts.add(callbacks, callbacks::close);
        OutboundNode outbound =
                new OutboundNode(
                        wheel, ticker, backlog, metrics.outbound(), config.wire().closeTimeout());
        governor =
                new SlowClientGovernor(
                        config.governor(),
                        outbound,
                        metrics::connections,
                        Runtime.getRuntime().maxMemory(),
                        callbacks);
        parts.add(governor, governor::stop);
        PingScheduler pings =
                new PingScheduler(
                        config.keepalive(),
                        config.outbound().evictLinger(),
                        wheel,
                        ticker,
                        metrics.keepalive(),
                        new SplittableRandom());
        EndpointSettings settings = new EndpointSettings(config.wire(), config.outbound());
        endpoints =
                new Endpoints(
                        new EndpointNode(settings, outbound, pings),
                        beans.getBeanManager(),
                        callbacks);
        beans.getBeanManager()
                .getExtension(EndpointExtension.class)
                .endpoints()
                .forEach(endpoints::deploy);
        PermessageDeflate deflate =
                new PermessageDeflate(
                        config.deflate(),
                        Runtime.getRuntime().maxMemory(),
                        wheel,
                        callbacks,
                        metrics.deflate());
        parts.add(deflate, deflate::close);
        channels =
                new ChannelService(
                        config,
                        channelRule(beans),
                        outbound,
                        pings,
                        metrics.sessions(),
                        deflate,
                        callbacks);
        parts.add(channels, channels::close);
        WireContext wire = new WireContext(wheel, new ReadBuffers(), metrics.wire());
        Handshake handshake =
                new DrainAwareHandshake(
                        beans.select(Handshake.class).get(),
                        () -> state.get() == State.READY,
                        new RetrySpread(config.drainWindow()),
                        metrics.handshake());
        AdminServer admin =
                new AdminServer(config.admin(), new AdminApi(config.admin(), new Actions()));
        this.admin = parts.add(admin, admin::close);
        HttpServer http =
                new HttpServer(
                        config.server(),
                        new UpgradeHandler(handshake, this::route, wire, deflate),
                        ticker);
        this.http = parts.add(http, http::close);
    }

    /** A team's bean, or the one that allows all. */
    private static ChannelRule channelRule(SeContainer beans) {
        Instance<ChannelRule> rule = beans.select(ChannelRule.class);
        return rule.isUnsatisfied() ? ChannelRule.ALLOW_ALL : rule.get();
    }

    /** The channels' path is theirs, whatever an endpoint's template matches. */
    private @Nullable Route route(String path) {
        Route route = channels.sessions().route(path);
        return route == null ? endpoints.route(path) : route;
    }

    /**
     * Starts a node; it is ready when this returns.
     *
     * @throws IOException a port can't be had; the message names it
     * @throws RuntimeException an endpoint or a handshake rule can't be deployed
     */
    public static Highwater start(HighwaterConfig config) throws IOException {
        LOG.atInfo()
                .addKeyValue("node", config.node())
                .addKeyValue("java", Runtime.version().toString())
                .log("start");
        Parts parts = new Parts();
        Highwater node;
        try {
            node = new Highwater(config, parts);
            node.admin.start();
            node.http.start();
            node.governor.start();
        } catch (IOException | RuntimeException | Error e) {
            parts.close();
            throw e;
        }
        LOG.atInfo()
                .addKeyValue("port", node.port())
                .addKeyValue("admin_port", node.adminPort())
                .log("ready");
        return node;
    }

    /** The data port in use. */
    public int port() {
        return http.port();
    }

    /** The TLS data port in use; empty where TLS is off. */
    public OptionalInt tlsPort() {
        return http.tlsPort();
    }

    /** The admin port in use. */
    public int adminPort() {
        return admin.port();
    }

    /**
     * Takes no new sockets, closes the open sessions with 1012 over the drain window, and returns
     * when they are gone or have had their time. Blocks. Who comes second waits for the first: a
     * stop signal that follows an admin's drain cuts nothing short.
     */
    public void drain() throws InterruptedException {
        if (state.compareAndSet(State.READY, State.DRAINING)) {
            try {
                drainOnce();
            } finally {
                drained.countDown();
            }
        } else if (state.get() == State.DRAINING) {
            drained.await();
        }
    }

    private void drainOnce() throws InterruptedException {
        LOG.atInfo()
                .addKeyValue("sessions", endpoints.sessions() + channels.sessions().sessions())
                .addKeyValue("window", config.drainWindow().toString())
                .log("drain");
        http.stopAccepting();
        new NodeDrain(
                        endpoints,
                        channels.sessions(),
                        config.drainWindow(),
                        config.wire().closeTimeout(),
                        ticker)
                .run();
    }

    /** Stops at once; {@link #drain} first to be polite. */
    @Override
    public void close() {
        if (state.getAndSet(State.STOPPED) == State.STOPPED) {
            return;
        }
        parts.close();
        LOG.atInfo().log("stop");
    }

    private final class Actions implements AdminActions {
        @Override
        public String metrics(MetricsFormat format) {
            return metrics.scrape(format.contentType(), ticker.nanoTime());
        }

        @Override
        public SlowClients slowClients() {
            long nowNanos = ticker.nanoTime();
            int slow = backlog.slowQueues(nowNanos - SlowClient.AFTER.toNanos());
            return new SlowClients(
                    slow,
                    backlog.slowest(SLOWEST_SHOWN, nowNanos).stream().map(Actions::shown).toList());
        }

        private static SlowClients.Client shown(SlowClient client) {
            return new SlowClients.Client(
                    client.id(),
                    client.address(),
                    client.policy().name(),
                    client.queuedMessages(),
                    client.queuedBytes(),
                    client.unsentMessages(),
                    client.retainedBytes(),
                    client.aboveLowWater().toMillis());
        }

        @Override
        public boolean isLive() {
            return state.get() != State.STOPPED;
        }

        @Override
        public boolean isReady() {
            return state.get() == State.READY;
        }

        /** The process stays, for probes and scrapes, until it is told to stop. */
        @Override
        public void drain() {
            Thread drainer = new Thread(this::drainHere, "highwater-drain");
            drainer.setDaemon(true);
            drainer.start();
        }

        private void drainHere() {
            try {
                Highwater.this.drain();
            } catch (InterruptedException e) {
                LOG.warn("the drain was interrupted");
            }
        }
    }
}
