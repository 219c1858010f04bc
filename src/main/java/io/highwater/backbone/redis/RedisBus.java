package io.highwater.backbone.redis;

import io.highwater.cluster.Bus;
import io.highwater.cluster.BusListener;
import io.highwater.log.LogLimit;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Messages between nodes by PUBLISH and SUBSCRIBE, which Redis does not keep. Thread-safe.
 *
 * <p>It has two connections, since one that has subscribed can send nothing; neither is the log's,
 * so that what is sent here does not delay it. In a cluster, Redis itself brings a message to all
 * of its nodes, so it does not matter which of them a connection leads to.
 */
final class RedisBus implements Bus, AutoCloseable {
    private final RedisClients clients;
    private final String topic;

    /** What goes to this node alone; set once, before the first session is made. */
    private volatile String own = "";

    private final Timing timing;
    private final Link sends;
    private final Link receives;

    /** Set once, before the first session is made. */
    private volatile BusListener listener = message -> {};

    RedisBus(
            RedisClients clients,
            String prefix,
            Timing timing,
            ShardLoop loop,
            RedisObserver observer,
            LogLimit logs) {
        this.clients = clients;
        this.topic = prefix + ":nodes";
        this.timing = timing;
        sends =
                new Link(
                        clients,
                        clients::open,
                        timing,
                        loop,
                        new SplittableRandom(),
                        observer,
                        logs,
                        () -> {});
        receives =
                new Link(
                        clients,
                        () -> clients.subscribe(List.of(topic, own), this::receive),
                        timing,
                        loop,
                        new SplittableRandom(),
                        observer,
                        logs,
                        () -> {});
    }

    /** An empty message shows whether this user may send. */
    @Override
    public CompletionStage<@Nullable Void> start(long node, BusListener messages) {
        listener = messages;
        own = topicOf(node);
        return receives.open()
                .thenCompose(up -> sends.open())
                .thenCompose(up -> send(new byte[0]))
                .handle(
                        (sent, failure) ->
                                failure == null
                                        ? CompletableFuture.<@Nullable Void>completedFuture(null)
                                        : CompletableFuture.<@Nullable Void>failedFuture(
                                                StartCheck.failed(clients.address(), failure)))
                .thenCompose(done -> done);
    }

    @Override
    public CompletionStage<@Nullable Void> send(byte[] message) {
        return send(topic, message);
    }

    @Override
    public CompletionStage<@Nullable Void> sendTo(long node, byte[] message) {
        return send(topicOf(node), message);
    }

    private String topicOf(long node) {
        return topic + ":" + Long.toHexString(node);
    }

    private CompletionStage<@Nullable Void> send(String to, byte[] message) {
        return sends.call(timing.call(), redis -> redis.publish(to, message))
                .thenApply(receivers -> null);
    }

    @Override
    public void renew() {
        sends.replace("nothing comes any more");
        receives.replace("nothing comes any more");
    }

    /** The primary may be another one now. */
    void findPrimary() {
        sends.renew("there may be another primary");
        receives.renew("there may be another primary");
    }

    private void receive(byte[] message) {
        if (message.length > 0) {
            listener.onMessage(message);
        }
    }

    /** Sends and receives nothing any more. */
    @Override
    public void close() {
        sends.close();
        receives.close();
    }
}
