package io.highwater.node;

import io.highwater.admin.AdminApi;
import io.highwater.admin.PartHealth;
import io.highwater.config.HighwaterConfig;
import io.highwater.endpoint.EndpointNode;
import io.highwater.endpoint.EndpointSettings;
import io.highwater.endpoint.session.CallbackExecutor;
import io.highwater.handshake.rule.HandshakeBeans;
import io.highwater.identity.Tokens;
import io.highwater.keepalive.PingScheduler;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.limits.TcpConnections;
import io.highwater.log.LogLimit;
import io.highwater.metrics.Build;
import io.highwater.metrics.NodeLimits;
import io.highwater.metrics.NodeMetrics;
import io.highwater.node.deployment.DeploymentHost;
import io.highwater.node.deployment.Deployments;
import io.highwater.node.drain.Drains;
import io.highwater.node.drain.RetrySpread;
import io.highwater.node.drain.SessionGroup;
import io.highwater.node.drain.SessionsEnd;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.OutboundNode;
import io.highwater.outbound.SlowClientGovernor;
import io.highwater.outbound.WaterMarks;
import io.highwater.permission.Permissions;
import io.highwater.publish.Channels;
import io.highwater.publish.NodeChannels;
import io.highwater.publish.PublishNode;
import io.highwater.publish.http.ApiSettings;
import io.highwater.publish.http.HttpApi;
import io.highwater.server.AdminServer;
import io.highwater.server.ApiServer;
import io.highwater.server.Edge;
import io.highwater.server.JettyVersion;
import io.highwater.server.ServerSettings;
import io.highwater.session.Sessions;
import io.highwater.time.Ticker;
import io.highwater.time.TimerThread;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import io.highwater.wire.deflate.PermessageDeflate;
import io.highwater.wire.engine.ReadBuffers;
import io.highwater.wire.engine.WireContext;
import io.highwater.wire.jetty.SelectRound;
import io.highwater.wire.jetty.SocketUpgrade;
import io.highwater.wire.jetty.UpgradeHandler;
import io.highwater.wire.jetty.h2.StreamBursts;
import io.highwater.wire.jetty.h2.StreamUpgrade;
import io.highwater.wire.upgrade.Upgrades;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node without its data ports, which belong to an embedded server or a Jetty base: its timers,
 * queues, governor, channels, metrics and admin port, one of each for all deployments. Thread-safe.
 */
final class NodeCore implements DeploymentHost, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCore.class);

    /** The lifecycle of a node; it only moves downwards. */
    private enum State {
        /** The node deploys; the data ports don't listen yet. */
        STARTING,
        /** Told to drain while it still deploys: drains as soon as the data ports listen. */
        DRAINS_ONCE_STARTED,
        READY,
        DRAINING,
        STOPPED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);

    /** Completed when the drain of the whole node is over. */
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    private final HighwaterConfig config;
    private final Parts parts;
    private final Ticker ticker = Ticker.system();
    private final StreamBursts bursts;
    private final LogLimit logs;
    private final Drains drains;
    private final SlowClientGovernor governor;
    private final Edge edge;

    /** Null if tokens are not looked at. */
    private final @Nullable Tokens tokens;

    private final HandshakeBeans handshakeBeans;
    private final EndpointNode endpointNode;
    private final Executor callbacks;
    private final ChannelService channels;
    private final NodeChannels ownChannels;
    private final Deployments deployments;
    private final UpgradeHandler upgrades;
    private final AdminServer admin;

    /** Null if the HTTP API is off. */
    private final @Nullable ApiServer api;

    /** Set before the node is ready, used afterwards. */
    private volatile Runnable stopAccepting = () -> {};

    /**
     * Makes the parts; the part made first is closed last.
     *
     * @param parts collects what must be closed, even if this constructor fails half way
     */
    NodeCore(HighwaterConfig config, Parts parts) {
        this(config, parts, NodeSeams.NONE);
    }

    NodeCore(HighwaterConfig config, Parts parts, NodeSeams seams) {
        LOG.atInfo()
                .addKeyValue("node", config.node())
                .addKeyValue("region", config.region())
                .addKeyValue("java", Runtime.version().toString())
                .log("start");
        this.config = config;
        this.parts = parts;
        NonEmptyQueues queues = new NonEmptyQueues();
        NodeMetrics metrics = new NodeMetrics(queues, build(), limits(config));
        parts.add(metrics, metrics::close);
        NodeSeams.Observers observers = seams.observers().apply(NodeSeams.Observers.of(metrics));
        TimerWheel wheel = new TimerWheel(ticker.nanoTime());
        logs = LogLimit.of(wheel, this::callBack);
        parts.add(logs, logs::close);
        bursts = new StreamBursts(logs);
        // Pings in phase are due in the same step, so a step is a burst of writes.
        TimerThread timers = TimerThread.start(wheel, ticker, bursts::run);
        parts.add(timers, timers::close);
        drains = new Drains(config.drainWindow(), config.wire().closeTimeout(), wheel);
        parts.add(drains, drains::close);
        Ledger ledger = ledger(config, observers.limits());
        TcpConnections connections =
                new TcpConnections(
                        config.tcpLimits(), ledger.payers(), observers.limits(), ticker, logs);
        metrics.watch(ledger, connections);
        edge =
                new Edge(
                        config.server().edge(),
                        ledger,
                        connections,
                        wheel,
                        observers.limits(),
                        logs);
        tokens = tokens(wheel);
        handshakeBeans =
                new HandshakeBeans(
                        config.handshake(), observers.handshake(), tokens, ledger, ticker, logs);
        deployments = new Deployments(this, observers.handshake());
        parts.add(deployments, deployments::close);
        CallbackExecutor threads = new CallbackExecutor();
        parts.add(threads, threads::close);
        callbacks = seams.executors().apply(threads);
        parts.add(deployments, this::endSessions);
        OutboundNode outbound =
                new OutboundNode(
                        wheel,
                        ticker,
                        queues,
                        ledger.book(Account.OUTBOUND),
                        callbacks,
                        observers.outbound(),
                        config.wire().closeTimeout(),
                        logs);
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
                        observers.keepalive(),
                        new SplittableRandom(),
                        logs);
        EndpointSettings settings = new EndpointSettings(config.wire(), config.outbound());
        endpointNode = new EndpointNode(settings, outbound, pings, observers.endpoints());
        PermessageDeflate deflate =
                new PermessageDeflate(
                        config.deflate(),
                        Runtime.getRuntime().maxMemory(),
                        ledger.book(Account.CONTEXTS),
                        wheel,
                        callbacks,
                        observers.deflate(),
                        logs);
        parts.add(deflate, deflate::close);
        channels =
                new ChannelService(
                        config,
                        new Permissions(
                                deployments::channelRule, config.channels(), authenticates()),
                        outbound,
                        pings,
                        observers,
                        bursts,
                        deflate,
                        ledger,
                        callbacks);
        parts.add(channels, channels::close);
        channels.log().watchBy(metrics);
        ownChannels = new NodeChannels(publishing(), callbacks);
        parts.add(ownChannels, this::endSubscriptions);
        upgrades =
                new UpgradeHandler(
                        new Upgrades(
                                deployments,
                                deployments,
                                new WireContext(
                                        wheel,
                                        new ReadBuffers(),
                                        observers.wire(),
                                        ledger,
                                        SelectRound::wakeSoon,
                                        logs),
                                deflate,
                                observers.handshake()),
                        new SocketUpgrade(),
                        new StreamUpgrade(wheel));
        api = config.api() == null ? null : api(config.api());
        AdminServer admin =
                new AdminServer(
                        config.admin(),
                        new AdminApi(
                                config.admin(), new NodeActions(this, metrics, queues, ticker)));
        this.admin = parts.add(admin, admin::close);
    }

    private ApiServer api(ApiSettings settings) {
        HttpApi served =
                new HttpApi(
                        ownChannels,
                        settings,
                        new HttpApi.NodeInfo(
                                config.node(),
                                config.region(),
                                build().version(),
                                config.wire().maxMessageBytes()),
                        logs);
        ApiServer server = new ApiServer(settings.port(), config.server(), served, edge);
        return parts.add(server, server::close);
    }

    private static Build build() {
        String jar = NodeCore.class.getPackage().getImplementationVersion();
        return new Build(
                jar == null ? "unknown" : jar,
                Runtime.version().toString(),
                JettyVersion.current());
    }

    private static NodeLimits limits(HighwaterConfig config) {
        double heapBytes = Runtime.getRuntime().maxMemory();
        WaterMarks marks = config.outbound().marks();
        return new NodeLimits(
                config.handshake().maxConnections(),
                config.handshake().maxConnectionsPerIp(),
                config.tcpLimits().tcp().mostOfAddress(),
                config.tcpLimits().tls().mostOfAddress(),
                marks.highMessages(),
                marks.highBytes(),
                config.wire().maxMessageBytes(),
                (long) (config.limits().heapShare() * heapBytes),
                (long) (config.deflate().heapFraction() * heapBytes));
    }

    /** Whether this node can know who a client is, without a team's own rule. */
    private boolean authenticates() {
        ServerSettings.Keystore keystore = config.server().keystore();
        return config.tokens().isOn() || (keystore != null && keystore.clients() != null);
    }

    /** Null if tokens are not looked at. */
    private @Nullable Tokens tokens(TimerWheel wheel) {
        if (!config.tokens().isOn()) {
            return null;
        }
        Tokens made =
                Tokens.of(config.tokens(), wheel, ticker, WallClock.system(), this::callBack, logs);
        return parts.add(made, made::close);
    }

    private Ledger ledger(HighwaterConfig config, LimitsObserver observer) {
        Payers payers =
                new Payers(
                        config.limits().address(), config.handshake().proxies()::isTrusted, ticker);
        return new Ledger(
                config.limits(), Runtime.getRuntime().maxMemory(), payers, observer, ticker, logs);
    }

    /** Resolves {@link #callbacks} late: the callbacks' executor is made after the log limit. */
    private void callBack(Runnable task) {
        callbacks.execute(task);
    }

    /**
     * Checks that the ports of the admin and the API are free, without opening them.
     *
     * @throws IOException a port can't be had; the message names it
     */
    void checkPort() throws IOException {
        admin.checkPort();
        if (api != null) {
            api.checkPort();
        }
    }

    /**
     * Opens the admin port. The node is not ready yet; probes learn there that it lives, however
     * long the rest of its start takes.
     *
     * @throws IOException the port can't be had; the message names it
     */
    void start() throws IOException {
        admin.start();
        governor.start();
        if (tokens != null) {
            tokens.start();
        }
    }

    /**
     * Starts the log of the channels and then the HTTP API, and returns when both take traffic.
     *
     * @throws IOException the log can't start, or the port can't be had; the message says what to
     *     do
     */
    void startLog() throws IOException {
        channels.start();
        if (api != null) {
            api.start();
            LOG.atInfo().addKeyValue("port", api.port()).log("api");
        }
    }

    /**
     * The data ports listen: from now on the node is ready.
     *
     * @param stopAccepting closes the listening sockets; the first step of a drain
     */
    void ready(Runnable stopAccepting) {
        this.stopAccepting = stopAccepting;
        if (!state.compareAndSet(State.STARTING, State.READY)
                && state.compareAndSet(State.DRAINS_ONCE_STARTED, State.READY)) {
            startDrain();
        }
    }

    HighwaterConfig config() {
        return config;
    }

    @Override
    public Ticker ticker() {
        return ticker;
    }

    /** Limits the connections and requests of the data ports. */
    Edge edge() {
        return edge;
    }

    /** Joins the writes of the streams of an HTTP/2 connection. */
    StreamBursts bursts() {
        return bursts;
    }

    @Override
    public HandshakeBeans handshakeBeans() {
        return handshakeBeans;
    }

    @Override
    public LogLimit logs() {
        return logs;
    }

    @Override
    public EndpointNode endpointNode() {
        return endpointNode;
    }

    @Override
    public Executor callbacks() {
        return callbacks;
    }

    @Override
    public Sessions channelSessions() {
        return channels.sessions();
    }

    @Override
    public PublishNode publishing() {
        return channels.publishing(new NodeSessions(channels.sessions(), deployments::endpoints));
    }

    /** The channels for the program that started the node. */
    Channels channels() {
        return ownChannels;
    }

    @Override
    public RetrySpread retries() {
        return new RetrySpread(config.drainWindow());
    }

    Deployments deployments() {
        return deployments;
    }

    /** Must come before all other handlers of the data ports. */
    UpgradeHandler upgrades() {
        return upgrades;
    }

    int adminPort() {
        return admin.port();
    }

    /** Empty if the HTTP API is off. */
    OptionalInt apiPort() {
        return api == null ? OptionalInt.empty() : OptionalInt.of(api.port());
    }

    boolean isLive() {
        return state.get() != State.STOPPED;
    }

    /** What the channels stand on, and how it is. */
    List<PartHealth> parts() {
        return channels.log().health();
    }

    boolean isReady() {
        return state.get() == State.READY;
    }

    /** True also while starting: a base's context may serve before its siblings are deployed. */
    @Override
    public boolean takesSessions() {
        return isReady() || state.get() == State.STARTING;
    }

    /** Begins the drain, once, and returns. A node that is still starting drains once ready. */
    void startDrain() {
        if (state.compareAndSet(State.STARTING, State.DRAINS_ONCE_STARTED)) {
            LOG.atInfo().log("drain_once_started");
        } else if (state.compareAndSet(State.READY, State.DRAINING)) {
            boolean started = false;
            try {
                startDrainOnce();
                started = true;
            } finally {
                if (!started) {
                    drained.complete(null);
                }
            }
        }
    }

    private void startDrainOnce() {
        List<SessionGroup> all = new ArrayList<>(deployments.sessions());
        all.add(SessionGroup.of(channels.sessions()));
        LOG.atInfo()
                .addKeyValue("sessions", all.stream().mapToInt(SessionGroup::open).sum())
                .addKeyValue("window", config.drainWindow().toString())
                .log("drain");
        stopAccepting.run();
        all.add(SessionGroup.waitingFor(handshakeBeans::connections));
        drains.start(all).thenRun(() -> drained.complete(null));
    }

    /** Begins the drain if it has not begun, and waits for it, unless the node still starts. */
    void drain() throws InterruptedException {
        startDrain();
        if (state.get() == State.DRAINING) {
            await(drained);
        }
    }

    @Override
    public void drain(List<SessionGroup> sessions) throws InterruptedException {
        await(drains.start(sessions));
    }

    private static void await(CompletableFuture<Void> drain) throws InterruptedException {
        try {
            drain.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a drain can't fail", e);
        }
    }

    /** Those of the program itself; the deployments' end with the sessions. */
    private void endSubscriptions() {
        ownChannels.stop();
        SessionsEnd.await(ownChannels::subscriptions, ticker);
    }

    /** Runs while the callbacks' threads and the beans still exist. */
    private void endSessions() {
        deployments.abortSessions();
        SessionsEnd.await(() -> handshakeBeans.connections() + deployments.callers(), ticker);
    }

    /** Stops at once. */
    @Override
    public void close() {
        if (state.getAndSet(State.STOPPED) == State.STOPPED) {
            return;
        }
        parts.close();
        LOG.atInfo().log("stop");
    }
}
