package io.highwater.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.local.LocalBackbone;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.channel.SubscribeOutcome.Failed;
import io.highwater.channel.SubscribeOutcome.NotRecovered;
import io.highwater.channel.SubscribeOutcome.Recovered;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.protocol.Since;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many threads publish, come and go on real shards; nobody may miss or repeat a thing. */
final class ChannelHubRaceTest {
    private static final long SEED = 20_261_124L;
    private static final int CHANNELS = 5;
    private static final int PUBLISHERS = 3;
    private static final int CLIENTS = 4;
    private static final int STEPS = 500;
    private static final int RING = 200;
    private static final long GUARD_SECONDS = 60;

    private final ShardThreads threads = ShardThreads.start(3, Thread::new);
    private final LocalBackbone backbone =
            new LocalBackbone(
                    new MemorySettings(
                            2,
                            Ledger.unbounded(),
                            name -> new RingBounds(RING, Duration.ofMinutes(2)),
                            LogLimit.none()),
                    1_000,
                    Ticker.system(),
                    new TimerWheel(Ticker.system().nanoTime()));
    private final ChannelHub<String> hub =
            new ChannelHub<>(
                    backbone,
                    new CheckedSubscriber.Frames(),
                    threads.executors(),
                    1 << 20,
                    ChannelObserver.NONE);
    private final ExecutorService crowd = Executors.newCachedThreadPool();
    private final AtomicBoolean publishing = new AtomicBoolean(true);
    private final AtomicLong published = new AtomicLong();

    /** Open when every ring has been full. */
    private final CountDownLatch begun = new CountDownLatch(CHANNELS * RING * 2);

    private final Map<String, Position> tops = new ConcurrentHashMap<>();

    @AfterEach
    void end() {
        hub.close();
        threads.close();
        crowd.shutdownNow();
    }

    @Test
    void whoeverComesAndGoesSeesEachMessageOnceInOrder() throws Exception {
        List<CompletableFuture<Void>> publishers = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            int number = i;
            publishers.add(CompletableFuture.runAsync(() -> publish(number), crowd));
        }
        assertThat(begun.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
        List<CompletableFuture<Client>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Client client = new Client(i);
            clients.add(CompletableFuture.supplyAsync(client::comeAndGo, crowd));
        }
        List<Client> gone = new ArrayList<>();
        for (CompletableFuture<Client> client : clients) {
            gone.add(client.get(GUARD_SECONDS, TimeUnit.SECONDS));
        }
        publishing.set(false);
        for (CompletableFuture<Void> publisher : publishers) {
            publisher.get(GUARD_SECONDS, TimeUnit.SECONDS);
        }
        gone.forEach(Client::check);
        long total = 0;
        for (int c = 0; c < CHANNELS; c++) {
            total += top("c" + c).channelSequence();
        }
        assertThat(total).isEqualTo(published.get());
    }

    private Position top(String channel) {
        return (Position) backbone.readAfter(channel, null, 0).toCompletableFuture().join().top();
    }

    private void publish(int number) {
        SplittableRandom random = new SplittableRandom(SEED + number);
        byte[] data = "1".getBytes(UTF_8);
        for (int i = 0; publishing.get(); i++) {
            String channel = "c" + random.nextInt(CHANNELS);
            Draft draft = new Draft(channel, "p" + number, "m" + i, null, false, data);
            Appended appended = publish(draft);
            tops.put(channel, appended.position());
            published.incrementAndGet();
            begun.countDown();
            if (random.nextInt(10) == 0) {
                // A repeat, which nobody may hear.
                assertThat(publish(draft))
                        .isEqualTo(new Appended(appended.position(), appended.level(), true));
            }
        }
    }

    /** Until it is taken: the publishers are faster than the fan-out. */
    private Appended publish(Draft draft) {
        while (true) {
            try {
                return hub.publish(draft).toCompletableFuture().join();
            } catch (CompletionException e) {
                assertThat(e.getCause()).isInstanceOf(UnavailableException.class);
                Thread.yield();
            }
        }
    }

    /** One session of which one thread asks. */
    private final class Client {
        private final SplittableRandom random;
        private final CheckedSubscriber subscriber;
        private int requests;

        Client(int number) {
            random = new SplittableRandom(SEED * 31 + number);
            subscriber = new CheckedSubscriber("client" + number);
        }

        Client comeAndGo() {
            for (int i = 0; i < STEPS; i++) {
                String channel = "c" + random.nextInt(CHANNELS);
                if (random.nextInt(3) == 0) {
                    unsubscribe(channel);
                } else {
                    subscribe(channel, since(channel));
                }
                if (random.nextInt(4) == 0) {
                    assertThat(join(hub.occupancy(channel, 10, null)).count())
                            .isBetween(0, CLIENTS);
                }
            }
            return this;
        }

        private Since since(String channel) {
            Position top = tops.get(channel);
            int kind = random.nextInt(6);
            if (top == null || kind == 0) {
                return new Since.Live();
            } else if (kind == 1) {
                return new Since.Latest();
            }
            long sequence = Math.max(0, top.channelSequence() - random.nextInt(RING + 10));
            return new Since.After(new Position("local", top.generation(), 0, sequence));
        }

        private void subscribe(String channel, Since since) {
            requests++;
            subscriber.asks(channel, requests, since);
            hub.subscribe(channel, subscriber, since, 1_000, requests);
        }

        private void unsubscribe(String channel) {
            join(hub.unsubscribe(channel, subscriber).thenAccept(was -> subscriber.left(channel)));
        }

        private <T> T join(CompletionStage<T> stage) {
            return stage.toCompletableFuture().orTimeout(GUARD_SECONDS, TimeUnit.SECONDS).join();
        }

        /** The publishers rest. What each shard was given before this presence is done after it. */
        void check() {
            for (int c = 0; c < CHANNELS; c++) {
                String channel = "c" + c;
                join(hub.occupancy(channel, 1, null));
                if (subscriber.seen(channel) >= 0) {
                    assertThat(subscriber.seen(channel)).isEqualTo(top(channel).channelSequence());
                }
            }
            assertThat(subscriber.faults).isEmpty();
            assertThat(subscriber.outcomes).hasSize(requests).noneMatch(Failed.class::isInstance);
            assertThat(subscriber.outcomes)
                    .anyMatch(Recovered.class::isInstance)
                    .anyMatch(NotRecovered.class::isInstance);
        }
    }
}
