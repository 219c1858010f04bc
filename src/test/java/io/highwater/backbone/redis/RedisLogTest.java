package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Level;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.testing.Ledgers;
import io.highwater.testing.RedisProcess;
import io.highwater.testing.TcpProxy;
import io.highwater.time.Ticker;
import io.lettuce.core.XAddArgs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Index;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes on one real Redis that does not fail over. */
final class RedisLogTest {
    private static final String CHANNEL = LogNode.CHANNEL;

    @TempDir private Path directory;
    private RedisProcess redis;
    private final List<LogNode> nodes = new ArrayList<>();

    @BeforeEach
    void startRedis() throws Exception {
        redis = RedisProcess.start(directory, "--appendonly", "yes");
    }

    @AfterEach
    void stop() throws Exception {
        nodes.forEach(LogNode::close);
        redis.close();
    }

    private LogNode node() throws Exception {
        return started(new LogNode(redis.uri()));
    }

    private LogNode node(Timing timing, StreamBounds bounds) throws Exception {
        return started(new LogNode(redis.uri(), Scripts.load(), timing, bounds, null));
    }

    private LogNode started(LogNode node) throws Exception {
        nodes.add(node);
        return node.start();
    }

    private String key(String kind) {
        ShardKeys keys = nodes.get(0).shard(CHANNEL).keys();
        return switch (kind) {
            case "log" -> keys.log();
            case "meta" -> keys.meta();
            default -> keys.counters();
        };
    }

    @Test
    void everyNodeHearsWhatOneAppendsInOneOrder() throws Exception {
        LogNode a = node();
        LogNode b = node();
        assertThat(a.append(CHANNEL, "m1").position().channelSequence()).isEqualTo(1);
        assertThat(b.append(CHANNEL, "m2").position().channelSequence()).isEqualTo(2);
        Appended third = a.append(CHANNEL, "m3");
        assertThat(third.level()).isEqualTo(Level.LOG);
        assertThat(third.duplicate()).isFalse();
        a.awaitHeard("m1", "m2", "m3");
        b.awaitHeard("m1", "m2", "m3");
    }

    @Test
    void aRepeatOnAnotherNodeIsAnsweredWithTheFirstPositionAndHeardByNobody() throws Exception {
        LogNode a = node();
        LogNode b = node();
        Appended first = a.append(CHANNEL, "m1");
        Appended repeat = b.append(CHANNEL, "m1");
        assertThat(repeat).isEqualTo(new Appended(first.position(), Level.LOG, true));
        b.append(CHANNEL, "m2");
        a.awaitHeard("m1", "m2");
        b.awaitHeard("m1", "m2");
    }

    @Test
    void aRepeatInTheSameCallIsARepeat() throws Exception {
        LogNode a = node();
        List<CompletableFuture<Appended>> answers = new ArrayList<>();
        for (String msgId : List.of("m1", "m2", "m3", "m2", "m1")) {
            answers.add(a.tryAppend(CHANNEL, msgId));
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
        assertThat(answers.get(3).join())
                .isEqualTo(new Appended(answers.get(1).join().position(), Level.LOG, true));
        a.awaitHeard("m1", "m2", "m3");
    }

    @Test
    void aNodeThatStartsLaterFirstReadsWhatIsThere() throws Exception {
        LogNode a = node();
        List<String> all = new ArrayList<>();
        List<CompletableFuture<Appended>> answers = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            all.add("m" + i);
            answers.add(a.tryAppend(CHANNEL, "m" + i));
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
        LogNode b = node();
        assertThat(b.heard).containsExactlyElementsOf(all);
        a.append(CHANNEL, "last");
        all.add("last");
        b.awaitHeard(all.toArray(String[]::new));
    }

    @Test
    void manyMessagesOfManyChannelsAllArriveInTheOrderOfEachChannel() throws Exception {
        LogNode a = node();
        LogNode b = node();
        List<CompletableFuture<Appended>> answers = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            answers.add((i % 2 == 0 ? a : b).tryAppend("c" + i % 300, "m" + i));
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
        await().until(() -> a.entries.size() == 3_000 && b.entries.size() == 3_000);
        assertThat(sequences(a)).isEqualTo(sequences(b));
        for (int c = 0; c < 300; c++) {
            String channel = "c" + c;
            assertThat(
                            a.entries.stream()
                                    .filter(entry -> entry.channel().equals(channel))
                                    .map(StreamItem.Stored::channelSequence))
                    .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        }
    }

    private static List<String> sequences(LogNode node) {
        return node.entries.stream()
                .map(e -> e.channel() + " " + e.channelSequence() + " " + e.msgId())
                .sorted()
                .toList();
    }

    @Test
    void whatASlowRedisDoesNotAnswerFailsAndNothingIsLostAfterwards() throws Exception {
        LogNode a = node(LogNode.TIMING, StreamBounds.defaults());
        a.append(CHANNEL, "m1");
        redis.pause();
        List<CompletableFuture<Appended>> answers = new ArrayList<>();
        for (int i = 0; i < RedisShard.MOST_WAITING; i++) {
            answers.add(a.tryAppend(CHANNEL, "lost" + i));
        }
        CompletableFuture<Appended> tooMany = a.tryAppend(CHANNEL, "one more");
        assertUnavailable(tooMany);
        for (CompletableFuture<Appended> answer : answers) {
            assertUnavailable(answer);
        }
        await().until(() -> a.trouble() != null);
        redis.resume();
        await().until(() -> a.trouble() == null);
        await().untilAsserted(() -> a.tryAppend(CHANNEL, "m2").join());
        assertThat(a.append(CHANNEL, "lost0").position().channelSequence()).isPositive();
    }

    private static void assertUnavailable(CompletableFuture<Appended> answer) {
        assertThatThrownBy(() -> answer.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(UnavailableException.class)
                .extracting(e -> ((UnavailableException) e).retryAfter())
                .isNotEqualTo(Duration.ZERO);
    }

    @Test
    void aStreamIsBoundedAndAMessageIsForgottenInTime() throws Exception {
        LogNode a =
                node(
                        LogNode.PATIENT,
                        new StreamBounds(
                                100,
                                Duration.ofMinutes(15),
                                Duration.ofMillis(300),
                                1_000,
                                Duration.ofHours(1)));
        List<CompletableFuture<Appended>> answers = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            answers.add(a.tryAppend(CHANNEL, "m" + i));
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
        assertThat(redis.commands().xlen(key("log"))).isBetween(100L, 300L);
        await().until(() -> redis.commands().keys("test:*:m:*").isEmpty());
        assertThat(a.append(CHANNEL, "m0").duplicate()).isFalse();
    }

    @Test
    void oldEntriesAreDroppedThoughTheStreamIsShort() throws Exception {
        LogNode a =
                node(
                        LogNode.PATIENT,
                        new StreamBounds(
                                20_000,
                                Duration.ofSeconds(1),
                                Duration.ofMinutes(5),
                                1_000,
                                Duration.ofHours(1)));
        List<CompletableFuture<Appended>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            answers.add(a.tryAppend(CHANNEL, "m" + i));
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
        await().until(() -> redis.commands().xlen(key("log")) <= 100);
        a.append(CHANNEL, "m500");
        assertThat(a.heard).hasSize(501).doesNotContain("generation");
    }

    @Test
    void aShardHasABoundedNumberOfChannelsUntilItBeginsANewGeneration() throws Exception {
        StreamBounds few =
                new StreamBounds(
                        20_000,
                        Duration.ofMinutes(15),
                        Duration.ofMinutes(5),
                        2,
                        Duration.ofHours(1));
        LogNode a = node(LogNode.PATIENT, few);
        List<String> channels = channelsOfOneShard(3);
        a.append(channels.get(0), "m1");
        a.append(channels.get(1), "m2");
        assertUnavailable(a.tryAppend(channels.get(2), "m3"));
        a.append(channels.get(0), "m4");
        LogNode b =
                node(
                        LogNode.PATIENT,
                        new StreamBounds(
                                20_000, few.age(), few.remembered(), 2, Duration.ofMillis(1)));
        assertThat(b.append(channels.get(2), "m3").position().channelSequence()).isEqualTo(1);
        a.awaitHeard("m1", "m2", "m4", "generation", "m3");
    }

    @Test
    void anAddressOpensOnlyItsShareOfTheChannelsOfAShard() throws Exception {
        StreamBounds few =
                new StreamBounds(
                        20_000,
                        Duration.ofMinutes(15),
                        Duration.ofMinutes(5),
                        8,
                        Duration.ofHours(1));
        LogNode a = node(LogNode.PATIENT, few);
        Ledger ledger = Ledgers.of(Map.of(), Ticker.system());
        Payer greedy = Ledgers.payer(ledger, "192.0.2.1");
        Payer other = Ledgers.payer(ledger, "198.51.100.1");
        List<String> channels = channelsOfOneShard(5);
        a.tryAppend(channels.get(0), "m0", greedy).get(60, TimeUnit.SECONDS);
        a.tryAppend(channels.get(1), "m1", greedy).get(60, TimeUnit.SECONDS);
        assertUnavailable(a.tryAppend(channels.get(2), "m2", greedy));
        a.tryAppend(channels.get(1), "m3", greedy).get(60, TimeUnit.SECONDS);
        a.tryAppend(channels.get(3), "m4", other).get(60, TimeUnit.SECONDS);
        a.tryAppend(channels.get(3), "m5", greedy).get(60, TimeUnit.SECONDS);
        a.awaitHeard("m0", "m1", "m3", "m4", "m5");
    }

    /** Otherwise who has spent it would never open a channel again, while there is room. */
    @Test
    void whoHasSpentItsShareOpensChannelsInTheNextGeneration() throws Exception {
        StreamBounds few =
                new StreamBounds(
                        20_000,
                        Duration.ofMinutes(15),
                        Duration.ofMinutes(5),
                        8,
                        Duration.ofMillis(1));
        LogNode a = node(LogNode.PATIENT, few);
        Payer greedy = Ledgers.payer(Ledgers.of(Map.of(), Ticker.system()), "192.0.2.1");
        for (String channel : channelsOfOneShard(3)) {
            a.tryAppend(channel, "in " + channel, greedy).get(60, TimeUnit.SECONDS);
        }
        assertThat(a.heard).hasSize(4).contains("generation", Index.atIndex(2));
    }

    private static List<String> channelsOfOneShard(int count) {
        List<String> found = new ArrayList<>();
        for (int i = 0; found.size() < count; i++) {
            if (ShardKeys.shardOf("c" + i) == LogNode.WATCHED_SHARD) {
                found.add("c" + i);
            }
        }
        return found;
    }

    @Test
    void aNodeThatWasAwayForTooLongIsToldOfTheGap() throws Exception {
        StreamBounds few =
                new StreamBounds(
                        100,
                        Duration.ofMinutes(15),
                        Duration.ofMinutes(5),
                        1_000,
                        Duration.ofHours(1));
        try (TcpProxy link = new TcpProxy(redis.port())) {
            LogNode a = node(LogNode.PATIENT, few);
            LogNode b =
                    started(
                            new LogNode(
                                    "redis://127.0.0.1:" + link.port(),
                                    Scripts.load(),
                                    LogNode.PATIENT,
                                    few,
                                    null));
            a.append(CHANNEL, "first");
            b.awaitHeard("first");
            link.cut();
            for (int i = 0; i < 900; i++) {
                var unused = a.tryAppend(CHANNEL, "m" + i);
            }
            a.append(CHANNEL, "last");
            link.turnTo(redis.port());
            await().until(() -> b.heard.contains("last"));
            assertThat(b.heard.get(1)).startsWith("gap of ");
            long missed = Long.parseLong(b.heard.get(1).substring("gap of ".length()));
            assertThat(b.heard).hasSize((int) (1 + 1 + 901 - missed));
            assertThat(missed).isPositive();
        }
    }

    @Test
    void whatSomebodyElseWritesIntoTheStreamIsSkipped() throws Exception {
        LogNode a = node();
        a.append(CHANNEL, "m1");
        long generation = a.entries.get(0).id().generation();
        redis.commands()
                .xadd(key("log"), new XAddArgs().id(generation + "-2"), Map.of("strange", "field"));
        redis.commands().hset(key("meta"), "q", "2");
        a.append(CHANNEL, "m2");
        a.awaitHeard("m1", "gap of 1", "m2");
    }

    @Test
    void aNodeThatIsBehindReadsOnLaterAndMissesNothing() throws Exception {
        LogNode a = node();
        LogNode b = node();
        b.behind = true;
        a.append(CHANNEL, "m0"); // Ends the read that is under way.
        List<CompletableFuture<Appended>> answers = new ArrayList<>();
        for (int i = 1; i < 200; i++) {
            answers.add(a.tryAppend(CHANNEL, "m" + i));
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
        assertThat(b.heard).hasSizeLessThan(10);
        await().untilAsserted(() -> assertThat(b.lag).hasValue(200 - b.heard.size()));
        b.behind = false;
        await().untilAsserted(() -> assertThat(b.heard).isEqualTo(a.heard));
        assertThat(b.heard).hasSize(200);
        await().untilAsserted(() -> assertThat(b.lag).hasValue(0));
    }

    @Test
    void aNodeThatCannotSayWhetherItIsBehindReadsOn() throws Exception {
        LogNode a = node();
        LogNode b = node();
        b.behind = true;
        a.append(CHANNEL, "m0"); // Ends the read that is under way.
        b.awaitHeard("m0");
        b.behindFault = new IllegalStateException("thrown by a test");
        a.append(CHANNEL, "m1");
        b.awaitHeard("m0", "m1");
    }

    @Test
    void afterCloseAppendsFail() throws Exception {
        LogNode a = node();
        a.append(CHANNEL, "m1");
        a.close();
        assertUnavailable(a.tryAppend(CHANNEL, "m2"));
    }
}
