package io.highwater.backbone.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens sessions to a standalone Redis, to the primary that Sentinels name, or to a cluster.
 * Thread-safe.
 *
 * <p>A lost connection is not restored by the client but replaced by its {@link Link}, which asks
 * the Sentinels again. Only in a cluster the client restores it: there a session has connections to
 * several primaries, and one that dies must not disturb the others.
 */
final class RedisClients implements AutoCloseable {
    private static final RedisCodec<String, byte[]> CODEC =
            RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    /** The least that the client takes. */
    private static final int THREADS = 2;

    /** After a failed call, the primaries of a cluster are looked up at most this often. */
    private static final Duration LEAST_REFRESH = Duration.ofSeconds(1);

    private static final int RECONNECTS_BEFORE_REFRESH = 1;

    private final RedisAddress address;
    private final ClientResources resources;
    private final AbstractRedisClient client;

    /** The last look-up of a cluster's nodes; null before the first. */
    @GuardedBy("this")
    private @Nullable CompletableFuture<Void> topology;

    /** Sessions that are being made; those end before the threads do. */
    private final Set<CompletableFuture<RedisSession>> opening = ConcurrentHashMap.newKeySet();

    /**
     * @param name under which Redis lists the connections
     */
    RedisClients(RedisAddress address, String name, Timing timing) {
        this.address = address;
        List<RedisURI> uris = address.uris();
        for (RedisURI uri : uris) {
            uri.setTimeout(timing.call());
            uri.setClientName(name.replaceAll("[^!-~]", "_"));
        }
        resources =
                DefaultClientResources.builder()
                        .ioThreadPoolSize(THREADS)
                        .computationThreadPoolSize(THREADS)
                        .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                        .reconnectDelay(
                                Delay.fullJitter(
                                        timing.firstRetry(),
                                        timing.mostRetry(),
                                        timing.firstRetry().toMillis(),
                                        TimeUnit.MILLISECONDS))
                        .threadFactoryProvider(
                                pool -> new DefaultThreadFactory("highwater-redis", true))
                        .build();
        if (address.mode() == RedisAddress.Mode.CLUSTER) {
            RedisClusterClient cluster = RedisClusterClient.create(resources, uris);
            cluster.setOptions(clusterOptions(timing));
            client = cluster;
        } else {
            RedisClient single = RedisClient.create(resources, uris.get(0));
            single.setOptions(
                    options(ClientOptions.builder(), timing)
                            .autoReconnect(false)
                            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                            .build());
            client = single;
        }
    }

    /** RESP2, which every version speaks alike; its push messages are not needed. */
    private static ClientOptions.Builder options(ClientOptions.Builder options, Timing timing) {
        return options.protocolVersion(ProtocolVersion.RESP2)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .socketOptions(
                        SocketOptions.builder()
                                .connectTimeout(timing.connect())
                                .keepAlive(true)
                                .build());
    }

    private static ClusterClientOptions clusterOptions(Timing timing) {
        ClusterClientOptions.Builder options = ClusterClientOptions.builder();
        options(options, timing).autoReconnect(true);
        return options.topologyRefreshOptions(
                        ClusterTopologyRefreshOptions.builder()
                                // For what no failed call shows, such as more primaries.
                                .enablePeriodicRefresh(timing.check())
                                .enableAllAdaptiveRefreshTriggers()
                                .adaptiveRefreshTriggersTimeout(LEAST_REFRESH)
                                .refreshTriggersReconnectAttempts(RECONNECTS_BEFORE_REFRESH)
                                .build())
                .build();
    }

    RedisAddress address() {
        return address;
    }

    boolean isCluster() {
        return address.mode() == RedisAddress.Mode.CLUSTER;
    }

    CompletionStage<RedisSession> open() {
        return remember(connect());
    }

    /**
     * A session that receives what is sent to topics, and that can be used for nothing else.
     *
     * @param listener called by one thread at a time
     */
    CompletionStage<RedisSession> subscribe(List<String> topics, Consumer<byte[]> listener) {
        return remember(
                connectPubSub()
                        .thenCompose(
                                c -> {
                                    c.addListener(new Messages(listener));
                                    return c.async()
                                            .subscribe(topics.toArray(String[]::new))
                                            .thenApply(done -> new RedisSession(c, c.async()))
                                            .whenComplete((done, failure) -> closeIf(failure, c));
                                }));
    }

    private static void closeIf(@Nullable Throwable failure, StatefulConnection<?, ?> connection) {
        if (failure != null) {
            var unused = connection.closeAsync();
        }
    }

    private CompletionStage<? extends StatefulRedisPubSubConnection<String, byte[]>>
            connectPubSub() {
        if (client instanceof RedisClusterClient cluster) {
            return topology(cluster).thenCompose(known -> cluster.connectPubSubAsync(CODEC));
        }
        return ((RedisClient) client).connectPubSubAsync(CODEC, address.uris().get(0));
    }

    private static final class Messages extends RedisPubSubAdapter<String, byte[]> {
        private final Consumer<byte[]> listener;

        private Messages(Consumer<byte[]> listener) {
            this.listener = listener;
        }

        @Override
        public void message(String topic, byte[] message) {
            listener.accept(message);
        }
    }

    @SuppressWarnings("CollectionUndefinedEquality") // A future equals itself alone, as it should.
    private CompletionStage<RedisSession> remember(CompletionStage<RedisSession> session) {
        CompletableFuture<RedisSession> made = session.toCompletableFuture();
        opening.add(made);
        return made.whenComplete((done, failure) -> opening.remove(made));
    }

    private CompletionStage<RedisSession> connect() {
        if (client instanceof RedisClusterClient cluster) {
            return topology(cluster)
                    .thenCompose(known -> cluster.connectAsync(CODEC))
                    .thenApply(c -> new RedisSession(c, c.async()));
        }
        return ((RedisClient) client)
                .connectAsync(CODEC, address.uris().get(0))
                .thenApply(c -> new RedisSession(c, c.async()));
    }

    /**
     * Asks for the nodes of the cluster: they may be others than before. Sessions that are made at
     * the same time ask together.
     */
    private synchronized CompletableFuture<Void> topology(RedisClusterClient cluster) {
        CompletableFuture<Void> known = topology;
        if (known == null || known.isDone()) {
            known = cluster.refreshPartitionsAsync().toCompletableFuture();
            topology = known;
        }
        return known;
    }

    /** Ends all connections and threads; does not wait for that. */
    @Override
    public void close() {
        var connecting = CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new));
        var unused = connecting.whenComplete((done, failure) -> shutDown());
    }

    private void shutDown() {
        var unused =
                client.shutdownAsync(0, 1, TimeUnit.SECONDS)
                        .whenComplete(
                                (done, failure) -> {
                                    var unusedEnd = resources.shutdown(0, 1, TimeUnit.SECONDS);
                                });
    }
}
