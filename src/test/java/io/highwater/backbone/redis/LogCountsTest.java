package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.backbone.Appended;
import io.highwater.testing.RedisProcess;
import io.highwater.testing.TcpProxy;
import io.lettuce.core.XAddArgs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node's log tells its observer, and that all it keeps in Redis is bounded. */
final class LogCountsTest {
    private static final String CHANNEL = LogNode.CHANNEL;
    private static final int MOST_ENTRIES = 100;
    private static final int MOST_CHANNELS = 1_000;
    private static final StreamBounds BOUNDS =
            new StreamBounds(
                    MOST_ENTRIES,
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(5),
                    MOST_CHANNELS,
                    Duration.ofHours(1));

    @TempDir private Path directory;
    private RedisProcess redis;
    private TcpProxy link;
    private LogNode node;

    @BeforeEach
    void start() throws Exception {
        redis = RedisProcess.start(directory, "--appendonly", "yes");
        link = new TcpProxy(redis.port());
        node =
                new LogNode(
                        "redis://127.0.0.1:" + link.port(),
                        Scripts.load(),
                        LogNode.PATIENT,
                        BOUNDS,
                        null);
        node.start();
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
        link.close();
        redis.close();
    }

    private static void awaitAll(List<CompletableFuture<Appended>> answers) {
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .exceptionally(failure -> null)
                .join();
    }

    @Test
    void repeatsAreCountedAndWhatIsAnsweredWaitsNoMore() throws Exception {
        node.append(CHANNEL, "m1");
        node.append(CHANNEL, "m2");
        node.append(CHANNEL, "m1");
        CountingObserver counts = node.counts;
        assertThat(counts.appended).hasValue(3);
        assertThat(counts.repeats).hasValue(1);
        await().untilAsserted(() -> assertThat(counts.waiting).hasValue(0));
        assertThat(counts.acknowledged.get()).isBetween(2L, 3L);
        assertThat(counts.read.get()).isGreaterThanOrEqualTo(2);
        assertThat(counts.missed).hasValue(0);
    }

    @Test
    void whatWaitsIsRefusedOrFailsWhileRedisIsAway() throws Exception {
        node.append(CHANNEL, "m0");
        await().untilAsserted(() -> assertThat(node.counts.waiting).hasValue(0));
        link.cut();
        List<CompletableFuture<Appended>> answers = new ArrayList<>();
        for (int i = 1; i <= 1_100; i++) {
            answers.add(node.tryAppend(CHANNEL, "m" + i));
        }
        assertThat(node.counts.refused).hasValue(100);
        assertThat(node.counts.waiting).hasValue(1_000);
        awaitAll(answers);
        await().untilAsserted(() -> assertThat(node.counts.waiting).hasValue(0));
        assertThat(node.counts.failed).hasValue(1_000);
    }

    @Test
    void entriesThatDidNotComeAreCountedAndSoIsWhatCannotBeRead() throws Exception {
        node.append(CHANNEL, "m1");
        ShardKeys keys = node.shard(CHANNEL).keys();
        String generation = node.entries.get(0).id().generation() + "";
        redis.commands()
                .xadd(keys.log(), new XAddArgs().id(generation + "-2"), Map.of("strange", "field"));
        redis.commands().hset(keys.meta(), "q", "2");
        node.append(CHANNEL, "m2");
        node.awaitHeard("m1", "gap of 1", "m2");
        assertThat(node.counts.unreadable).hasValue(1);
        assertThat(node.counts.missed).hasValue(1);
    }

    @Test
    void aGenerationThatBeginsIsCounted() throws Exception {
        node.append(CHANNEL, "m1");
        assertThat(node.counts.generations).hasValue(0);
        redis.kill();
        redis.start();
        node.append(CHANNEL, "m2");
        node.awaitHeard("m1", "generation", "m2");
        assertThat(node.counts.generations.get()).isPositive();
    }

    /** A structure that somebody adds has to be bounded, too, and to be told of here. */
    @Test
    void everythingInRedisHasABound() throws Exception {
        List<CompletableFuture<Appended>> answers = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            answers.add(node.tryAppend(i % 2 == 0 ? CHANNEL : "c" + i, "m" + i));
        }
        awaitAll(answers);
        List<String> kinds = new ArrayList<>();
        for (String key : redis.commands().keys("*")) {
            assertThat(key).startsWith("test:");
            String type = redis.commands().type(key);
            kinds.add(type);
            switch (type) {
                // Redis trims whole blocks of entries.
                case "stream" ->
                        assertThat(redis.commands().xlen(key))
                                .as(key)
                                .isLessThanOrEqualTo(MOST_ENTRIES + 200);
                case "string" ->
                        assertThat(redis.commands().pttl(key))
                                .as(key)
                                .isBetween(1L, BOUNDS.remembered().toMillis());
                case "hash" ->
                        assertThat(redis.commands().hlen(key))
                                .as(key)
                                .isLessThanOrEqualTo(MOST_CHANNELS);
                default -> throw new AssertionError(key + " is a " + type);
            }
        }
        assertThat(kinds).contains("stream", "string", "hash");
    }
}
