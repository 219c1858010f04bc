package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.UnavailableException;
import io.highwater.protocol.Position;
import io.highwater.testing.RedisProcess;
import io.highwater.testing.TcpProxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes on a Redis that restarts, loses the end of its data, or is replaced by its replica.
 * Each node has a link of its own, which the test turns from one Redis to the other.
 */
final class FailoverTest {
    private static final String CHANNEL = LogNode.CHANNEL;

    @TempDir private Path directory;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<RedisProcess> processes = new ArrayList<>();

    private Scripts scripts = Scripts.load();
    private RedisProcess redis;
    private TcpProxy linkOfA;
    private TcpProxy linkOfB;
    private LogNode a;
    private LogNode b;

    @BeforeEach
    void startRedis() throws Exception {
        redis = process("--appendonly", "yes");
    }

    private RedisProcess process(String... options) throws Exception {
        RedisProcess process = RedisProcess.start(directory, options);
        processes.add(process);
        return process;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        for (RedisProcess process : processes) {
            process.close();
        }
    }

    private void startNodes() throws Exception {
        linkOfA = new TcpProxy(redis.port());
        linkOfB = new TcpProxy(redis.port());
        a = node(linkOfA);
        b = node(linkOfB);
    }

    private LogNode node(TcpProxy link) throws Exception {
        LogNode node =
                new LogNode(
                        "redis://127.0.0.1:" + link.port(),
                        scripts,
                        LogNode.PATIENT,
                        StreamBounds.defaults(),
                        null);
        opened.add(0, link);
        opened.add(0, node);
        return node.start();
    }

    private RedisProcess replica() throws Exception {
        RedisProcess replica = process("--replicaof", "127.0.0.1", "" + redis.port());
        await().until(() -> replica.commands().info("replication").contains("link_status:up"));
        return replica;
    }

    /** The replica gets nothing any more; stopping it would lose nothing. */
    private static void cutOff(RedisProcess replica) {
        replica.commands().replicaof("127.0.0.1", 1);
    }

    private void fail(RedisProcess from, RedisProcess to) throws Exception {
        from.kill();
        to.commands().replicaofNoOne();
        linkOfA.turnTo(to.port());
        linkOfB.turnTo(to.port());
    }

    @Test
    void afterARestartThatLosesNothingTheLogGoesOnInANewGeneration() throws Exception {
        startNodes();
        Appended first = a.append(CHANNEL, "m1");
        b.append(CHANNEL, "m2");
        b.awaitHeard("m1", "m2");
        redis.kill();
        CompletableFuture<Appended> meanwhile = a.tryAppend(CHANNEL, "m3");
        redis.start();
        Appended third = meanwhile.get(60, TimeUnit.SECONDS);
        assertThat(third.position().generation()).isGreaterThan(first.position().generation());
        assertThat(third.position().channelSequence()).isEqualTo(1);
        assertThat(third.duplicate()).isFalse();
        a.awaitHeard("m1", "m2", "generation", "m3");
        b.awaitHeard("m1", "m2", "generation", "m3");
        assertThat(b.append(CHANNEL, "m1"))
                .as("remembered in Redis")
                .isEqualTo(new Appended(first.position(), first.level(), true));
    }

    /** Without the fence, the replica's log would go on with sequences that the nodes have read. */
    @Test
    void whatALaggingReplicaGetsAfterItsPromotionReachesNodesThatHaveReadFurther()
            throws Exception {
        RedisProcess replica = replica();
        startNodes();
        a.append(CHANNEL, "m1");
        b.append(CHANNEL, "m2");
        await().until(() -> replica.commands().xlen(a.shard(CHANNEL).keys().log()) == 3);
        cutOff(replica);
        a.append(CHANNEL, "m3");
        a.append(CHANNEL, "m4");
        b.awaitHeard("m1", "m2", "m3", "m4");
        fail(redis, replica);
        b.append(CHANNEL, "m5");
        a.append(CHANNEL, "m6");
        a.awaitHeard("m1", "m2", "m3", "m4", "generation", "m5", "m6");
        b.awaitHeard("m1", "m2", "m3", "m4", "generation", "m5", "m6");
    }

    /**
     * Otherwise its subscribers would get a publisher's messages in another order than all others.
     */
    @Test
    void aNodeOnAnOldPrimaryTakesNothingThatFollowsWhatTheNewOneHas() throws Exception {
        RedisProcess replica = replica();
        startNodes();
        Appended first = a.append(CHANNEL, "m1");
        await().until(() -> replica.commands().xlen(a.shard(CHANNEL).keys().log()) == 2);
        cutOff(replica);
        replica.commands().replicaofNoOne();
        linkOfB.turnTo(replica.port());
        Position second = b.append(CHANNEL, "m2").position();
        assertThat(second.generation()).isGreaterThan(first.position().generation());
        assertThatThrownBy(() -> a.tryAppend(CHANNEL, "m3", second).get(60, TimeUnit.SECONDS))
                .hasCauseInstanceOf(UnavailableException.class);
        assertThat(a.append(CHANNEL, "m4").position().generation())
                .as("of somebody who knows no better")
                .isEqualTo(first.position().generation());
        Position elsewhere = new Position("elsewhere", second.generation(), 1, 1);
        assertThat(a.tryAppend(CHANNEL, "m5", elsewhere).get(60, TimeUnit.SECONDS)).isNotNull();
        redis.kill();
        linkOfA.turnTo(replica.port());
        await().ignoreExceptionsInstanceOf(ExecutionException.class)
                .untilAsserted(
                        () ->
                                assertThat(
                                                a.tryAppend(CHANNEL, "m3", second)
                                                        .get(60, TimeUnit.SECONDS)
                                                        .position()
                                                        .isAfter(second))
                                        .isTrue());
    }

    /** Its publisher's node has to append it again, for all that do not have it. */
    @Test
    void whatANodeHadDeliveredBeforeTheFailoverItsClientsDoNotHearAgain() throws Exception {
        RedisProcess replica = replica();
        startNodes();
        BackboneNode c = new BackboneNode("redis://127.0.0.1:" + linkOfB.port());
        opened.add(0, c);
        c.start();
        List<String> heard = c.follow(CHANNEL);
        a.append(CHANNEL, "m1");
        a.behind = true;
        Position second = a.append(CHANNEL, "m2").position(); // Ends the read that is under way.
        await().until(() -> replica.commands().xlen(a.shard(CHANNEL).keys().log()) == 3);
        cutOff(replica);
        CompletableFuture<Appended> third = a.tryAppend(CHANNEL, "m3");
        await().until(() -> heard.contains("m3"));
        Position former = (Position) c.read(CHANNEL, null, 0).top();
        assertThat(third).isNotDone();
        fail(redis, replica);
        a.behind = false;
        Position again = third.get(60, TimeUnit.SECONDS).position();
        await().until(() -> c.read(CHANNEL, null, 0).top().equals(again));
        assertThat(msgIds(c, second)).containsExactly("m3");
        assertThat(msgIds(c, former)).isEmpty();
        assertThat(msgIds(c, again)).isEmpty();
        a.append(CHANNEL, "m4");
        await().untilAsserted(() -> assertThat(heard).containsExactly("m1", "m2", "m3", "m4"));
        assertThat(msgIds(c, second)).containsExactly("m3", "m4");
        assertThat(msgIds(c, former)).containsExactly("m4");
        assertThat(msgIds(c, again)).containsExactly("m4");
        a.awaitHeard("m1", "m2", "generation", "m3", "m4");
    }

    private static List<String> msgIds(BackboneNode node, Position after) throws Exception {
        Slice slice = (Slice) node.read(CHANNEL, after, 10);
        assertThat(slice.left()).isZero();
        return slice.entries().stream().map(Entry::msgId).toList();
    }

    @Test
    void whatANodeAppendedButDidNotReadBackIsAppendedAgainInItsOrder() throws Exception {
        RedisProcess replica = replica();
        startNodes();
        a.append(CHANNEL, "m1");
        b.awaitHeard("m1");
        await().until(() -> replica.commands().xlen(a.shard(CHANNEL).keys().log()) == 2);
        cutOff(replica);
        redis.pause();
        List<CompletableFuture<Appended>> answers = new ArrayList<>();
        for (int i = 2; i < 50; i++) {
            answers.add(a.tryAppend(CHANNEL, "m" + i));
        }
        fail(redis, replica);
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .get(60, TimeUnit.SECONDS);
        List<String> all = new ArrayList<>(List.of("m1", "generation"));
        for (int i = 2; i < 50; i++) {
            all.add("m" + i);
        }
        b.awaitHeard(all.toArray(String[]::new));
    }

    @Test
    void afterTwoFailoversWithNothingBetweenTheLogGoesOn() throws Exception {
        startNodes();
        a.append(CHANNEL, "m1");
        b.awaitHeard("m1");
        redis.kill();
        redis.start();
        redis.kill();
        redis.start();
        a.append(CHANNEL, "m2");
        a.awaitHeard("m1", "generation", "m2");
        b.awaitHeard("m1", "generation", "m2");
    }

    @Test
    void anEmptyRedisBeginsAGenerationThatTheNodesRead() throws Exception {
        startNodes();
        Appended first = a.append(CHANNEL, "m1");
        b.awaitHeard("m1");
        redis.commands().flushall();
        Appended second = b.append(CHANNEL, "m2");
        assertThat(second.position().generation()).isGreaterThan(first.position().generation());
        a.awaitHeard("m1", "generation", "m2");
        b.awaitHeard("m1", "generation", "m2");
    }

    /** As after a clock was set back: the time of day gives no generation that is high enough. */
    @Test
    void anEmptyRedisWhoseClockIsBehindBeginsAGenerationAboveWhatTheNodesKnow() throws Exception {
        long future = 9_000_000_000_000L;
        String meta = ShardKeys.all("test").get(LogNode.WATCHED_SHARD).meta();
        redis.commands().hset(meta, Map.of("g", "" + future, "q", "5"));
        startNodes();
        a.append(CHANNEL, "m1");
        a.append(CHANNEL, "m2");
        b.awaitHeard("m1", "m2");
        redis.commands().flushall();
        assertThat(b.append(CHANNEL, "m3").position().generation()).isGreaterThan(future + 1);
        a.awaitHeard("m1", "m2", "generation", "m3");
        b.awaitHeard("m1", "m2", "generation", "m3");
    }

    @Test
    void aRedisThatForgotItsNewestEntriesButNotItsIdentityIsNoticed() throws Exception {
        startNodes();
        a.append(CHANNEL, "m1");
        ShardKeys keys = a.shard(CHANNEL).keys();
        a.append(CHANNEL, "m2");
        b.awaitHeard("m1", "m2");
        redis.commands().hset(keys.meta(), "q", "1");
        redis.commands().xtrim(keys.log(), 0);
        b.append(CHANNEL, "m3");
        a.awaitHeard("m1", "m2", "generation", "m3");
        b.awaitHeard("m1", "m2", "generation", "m3");
    }

    @Test
    void whileThereAreTooFewReplicasAppendsFailAndThenTheyGoOn() throws Exception {
        startNodes();
        a.append(CHANNEL, "m1");
        redis.commands().configSet("min-replicas-to-write", "1");
        CompletableFuture<Appended> append = a.tryAppend(CHANNEL, "m2");
        await().until(() -> a.trouble() != null);
        assertThat(a.trouble()).contains("NOREPLICAS");
        redis.commands().configSet("min-replicas-to-write", "0");
        assertThat(append.get(60, TimeUnit.SECONDS).position().channelSequence()).isEqualTo(2);
        assertThat(a.heard).doesNotContain("generation");
    }

    @Test
    void atItsMaxmemoryRedisRefusesAppendsAndLosesNothing() throws Exception {
        startNodes();
        a.append(CHANNEL, "m1");
        redis.commands().configSet("maxmemory", "1");
        CompletableFuture<Appended> append = a.tryAppend(CHANNEL, "m2");
        await().until(() -> a.trouble() != null);
        assertThat(a.trouble()).contains("OOM");
        assertThat(append).isNotDone();
        redis.commands().configSet("maxmemory", "0");
        assertThat(append.get(60, TimeUnit.SECONDS).position().channelSequence()).isEqualTo(2);
        b.awaitHeard("m1", "m2");
    }
}
