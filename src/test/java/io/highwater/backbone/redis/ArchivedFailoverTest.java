package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Level;
import io.highwater.testing.Disk;
import io.highwater.testing.MemoryArchive;
import io.highwater.testing.RedisProcess;
import io.highwater.testing.TcpProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two nodes with one archive, on a Redis that is replaced by a replica that lags behind. Each node
 * has a link of its own, which the test turns from one Redis to the other.
 */
final class ArchivedFailoverTest {
    private static final String CHANNEL = LogNode.CHANNEL;

    @TempDir private Path directory;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<RedisProcess> processes = new ArrayList<>();
    private final Disk disk = new Disk();
    private final MemoryArchive archiveOfA = new MemoryArchive(disk);
    private final MemoryArchive archiveOfB = new MemoryArchive(disk);

    private RedisProcess redis;
    private RedisProcess replica;
    private TcpProxy linkOfA;
    private TcpProxy linkOfB;
    private LogNode a;
    private LogNode b;

    @BeforeEach
    void start() throws Exception {
        redis = process("--appendonly", "yes");
        replica = process("--replicaof", "127.0.0.1", "" + redis.port());
        await().until(() -> replica.commands().info("replication").contains("link_status:up"));
        linkOfA = link();
        linkOfB = link();
        a = node(linkOfA, archiveOfA);
        b = node(linkOfB, archiveOfB);
    }

    private RedisProcess process(String... options) throws Exception {
        RedisProcess process = RedisProcess.start(directory, options);
        processes.add(process);
        return process;
    }

    private TcpProxy link() throws Exception {
        TcpProxy link = new TcpProxy(redis.port());
        opened.add(0, link);
        return link;
    }

    private LogNode node(TcpProxy link, MemoryArchive archive) throws Exception {
        LogNode node =
                new LogNode(
                        "redis://127.0.0.1:" + link.port(),
                        Scripts.load(),
                        LogNode.PATIENT,
                        StreamBounds.defaults(),
                        archive);
        opened.add(0, node);
        return node.start();
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

    /** The replica gets nothing any more; stopping it would lose nothing. */
    private void cutOffReplicaAt(int entries) {
        await().until(() -> replica.commands().xlen(a.shard(CHANNEL).keys().log()) == entries);
        replica.commands().replicaof("127.0.0.1", 1);
    }

    private void fail() throws Exception {
        redis.kill();
        replica.commands().replicaofNoOne();
        linkOfA.turnTo(replica.port());
        linkOfB.turnTo(replica.port());
    }

    @Test
    void whatRedisLostAndOneNodeHadReadReachesTheOtherFromTheArchive() throws Exception {
        assertThat(a.append(CHANNEL, "m1").level()).isEqualTo(Level.DURABLE);
        b.awaitHeard("m1");
        cutOffReplicaAt(2);
        linkOfB.cut();
        CompletableFuture<Appended> second = a.tryAppend(CHANNEL, "m2");
        CompletableFuture<Appended> third = a.tryAppend(CHANNEL, "m3");
        a.awaitHeard("m1", "m2", "m3");
        fail();
        second.get(60, TimeUnit.SECONDS);
        third.get(60, TimeUnit.SECONDS);
        a.append(CHANNEL, "m4");
        a.awaitHeard("m1", "m2", "m3", "generation", "m4");
        b.awaitHeard("m1", "m2", "m3", "generation", "m4");
        await().untilAsserted(() -> assertThat(disk.size()).isEqualTo(4));
    }

    @Test
    void whatIsSavedInTimeIsAcknowledgedWhereverItsWriterIs() throws Exception {
        a.append(CHANNEL, "m1");
        b.append(CHANNEL, "m2");
        cutOffReplicaAt(3);
        archiveOfA.holdWrites();
        archiveOfB.holdWrites();
        CompletableFuture<Appended> third = a.tryAppend(CHANNEL, "m3");
        b.awaitHeard("m1", "m2", "m3");
        CompletableFuture<Appended> fourth = b.tryAppend(CHANNEL, "m4");
        a.awaitHeard("m1", "m2", "m3", "m4");
        b.awaitHeard("m1", "m2", "m3", "m4");
        assertThat(third).isNotDone();
        assertThat(fourth).isNotDone();
        fail();
        archiveOfA.releaseWrites();
        archiveOfB.releaseWrites();
        long generation = third.get(60, TimeUnit.SECONDS).position().generation();
        assertThat(fourth.get(60, TimeUnit.SECONDS).position().generation()).isEqualTo(generation);
        Appended fifth = b.append(CHANNEL, "m5");
        assertThat(fifth.position().generation()).isGreaterThan(generation);
        a.awaitHeard("m1", "m2", "m3", "m4", "generation", "m5");
        b.awaitHeard("m1", "m2", "m3", "m4", "generation", "m5");
    }

    /** Redis has lost the message, and so what it remembered of it. */
    @Test
    void aRepeatOfAMessageThatRedisLostIsAnsweredWithItsPosition() throws Exception {
        a.append(CHANNEL, "m1");
        cutOffReplicaAt(2);
        Appended second = a.append(CHANNEL, "m2");
        b.awaitHeard("m1", "m2");
        fail();
        Appended repeat = b.append(CHANNEL, "m2");
        assertThat(repeat.position()).isEqualTo(second.position());
        a.append(CHANNEL, "m3");
        a.awaitHeard("m1", "m2", "generation", "m3");
        b.awaitHeard("m1", "m2", "generation", "m3");
    }

    /**
     * @param archivist who archives the shard: the node at the old primary, or the one that has
     *     gone on with the new
     */
    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void whatAnIsolatedPrimaryStillTookComesLate(String archivist) throws Exception {
        (archivist.equals("a") ? archiveOfB : archiveOfA).leadNoMore();
        a.append(CHANNEL, "m1");
        b.awaitHeard("m1");
        cutOffReplicaAt(2);
        replica.commands().replicaofNoOne();
        linkOfB.turnTo(replica.port());
        CompletableFuture<Appended> second = b.tryAppend(CHANNEL, "m2");
        await().untilAsserted(() -> assertThat(b.heard).startsWith("m1", "generation", "m2"));
        CompletableFuture<Appended> stray = a.tryAppend(CHANNEL, "z1"); // The old primary takes it.
        a.awaitHeard("m1", "z1");
        redis.kill();
        linkOfA.turnTo(replica.port());
        second.get(60, TimeUnit.SECONDS);
        stray.get(60, TimeUnit.SECONDS);
        a.append(CHANNEL, "m3");
        await().untilAsserted(() -> assertThat(a.heard).startsWith("m1", "z1", "generation", "m2"));
        await().untilAsserted(() -> assertThat(b.heard).contains("m3"));
        // The last look for late entries is after 2 minutes.
        await().atMost(Duration.ofMinutes(4))
                .untilAsserted(() -> assertThat(b.heard.toString()).contains("z1"));
    }

    @Test
    void whileTheArchiveCannotBeWrittenAGenerationDoesNotBegin() throws Exception {
        a.append(CHANNEL, "m1");
        b.awaitHeard("m1");
        cutOffReplicaAt(2);
        archiveOfA.setFull(true);
        archiveOfB.setFull(true);
        CompletableFuture<Appended> second = a.tryAppend(CHANNEL, "m2");
        a.awaitHeard("m1", "m2");
        b.awaitHeard("m1", "m2");
        fail();
        await().until(() -> "a new generation begins".equals(a.shard(CHANNEL).trouble()));
        CompletableFuture<Appended> third = b.tryAppend(CHANNEL, "m3");
        archiveOfA.setFull(false);
        archiveOfB.setFull(false);
        second.get(60, TimeUnit.SECONDS);
        third.get(60, TimeUnit.SECONDS);
        a.awaitHeard("m1", "m2", "generation", "m3");
        b.awaitHeard("m1", "m2", "generation", "m3");
    }

    @Test
    void anEmptyRedisBeginsAGenerationAboveThatOfTheArchive() throws Exception {
        Appended first = a.append(CHANNEL, "m1");
        b.awaitHeard("m1");
        a.close();
        b.close();
        redis.commands().flushall();
        String meta = ShardKeys.all("test").get(LogNode.WATCHED_SHARD).meta();
        // As a Redis whose clock is behind would begin.
        redis.commands().hset(meta, "g", "5");
        LogNode c = node(link(), new MemoryArchive(disk));
        Appended second = c.append(CHANNEL, "m2");
        assertThat(second.position().generation()).isGreaterThan(first.position().generation());
        assertThat(second.level()).isEqualTo(Level.DURABLE);
        assertThat(disk.size()).isEqualTo(2);
    }
}
