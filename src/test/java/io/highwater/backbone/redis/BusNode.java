package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a node has to speak to others, without its log; remembers what it heard. Thread-safe. */
final class BusNode implements AutoCloseable {
    private final LoopThread loop =
            new LoopThread("highwater-log-0", Ticker.system(), LogLimit.none());
    private final RedisClients clients;
    private final RedisBus bus;
    final List<String> heard = new CopyOnWriteArrayList<>();

    final long number = ThreadLocalRandom.current().nextLong();

    BusNode(String uri, String prefix) {
        clients = new RedisClients(RedisAddress.parse(uri), "node of a test", LogNode.TIMING);
        bus =
                new RedisBus(
                        clients, prefix, LogNode.TIMING, loop, RedisObserver.NONE, LogLimit.none());
    }

    BusNode start() throws Exception {
        BackboneNode.get(bus.start(number, message -> heard.add(new String(message, UTF_8))));
        return this;
    }

    CompletableFuture<@Nullable Void> send(String message) {
        return bus.send(message.getBytes(UTF_8)).toCompletableFuture();
    }

    CompletableFuture<@Nullable Void> sendTo(BusNode to, String message) {
        return bus.sendTo(to.number, message.getBytes(UTF_8)).toCompletableFuture();
    }

    void renew() {
        bus.renew();
    }

    /** Until it is heard: the bus may lose it. */
    void sendUntilHeard(String message, BusNode by) {
        await().until(
                        () -> {
                            send(message).handle((done, failure) -> null).get(60, TimeUnit.SECONDS);
                            return by.heard.contains(message);
                        });
    }

    @Override
    public void close() {
        bus.close();
        loop.close();
        clients.close();
    }
}
