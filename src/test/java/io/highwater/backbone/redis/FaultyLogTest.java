package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.SharedArchive;
import io.highwater.backbone.Draft;
import io.highwater.backbone.redis.PublishReply.Fenced;
import io.highwater.backbone.redis.PublishReply.Taken;
import io.highwater.protocol.Position;
import io.highwater.testing.Disk;
import io.highwater.testing.MemoryArchive;
import io.highwater.testing.RedisProcess;
import io.highwater.testing.TcpProxy;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What each safeguard is for: logs that lack one, handed in by the test, lose or double messages.
 */
final class FaultyLogTest {
    private static final String CHANNEL = LogNode.CHANNEL;

    @TempDir private Path directory;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private RedisProcess redis;

    @BeforeEach
    void startRedis() throws Exception {
        redis = process("--appendonly", "yes");
    }

    private RedisProcess process(String... options) throws Exception {
        RedisProcess process = RedisProcess.start(directory, options);
        opened.add(process);
        return process;
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    /** The scripts, with a safeguard taken out. */
    private static Scripts without(String safeguard, String replacement) {
        Scripts sound = Scripts.load();
        String text = LuaScript.text("generation.lua", "publish.lua");
        assertThat(text).contains(safeguard);
        return new Scripts(
                sound.open(),
                new LuaScript(text.replace(safeguard, replacement)),
                sound.counters());
    }

    private LogNode node(int port, Scripts scripts) throws Exception {
        return node(port, scripts, LogNode.TIMING);
    }

    private LogNode node(int port, Scripts scripts, Timing timing) throws Exception {
        LogNode node =
                new LogNode(
                        "redis://127.0.0.1:" + port,
                        scripts,
                        timing,
                        StreamBounds.defaults(),
                        null);
        opened.add(node);
        return node.start();
    }

    private TcpProxy link(RedisProcess to) throws Exception {
        TcpProxy link = new TcpProxy(to.port());
        opened.add(link);
        return link;
    }

    @Test
    void withoutTheMemoryOfMessagesARepeatIsHeardTwice() throws Exception {
        Scripts faulty =
                without("local former = first[i] or positions[KEYS[i + 3]]", "local former");
        LogNode a = node(redis.port(), faulty);
        LogNode b = node(redis.port(), faulty);
        a.append(CHANNEL, "m1");
        b.append(CHANNEL, "m1");
        a.awaitHeard("m1", "m1");
    }

    /** The replica's log goes on with positions that the nodes have read: they skip them. */
    @Test
    void withoutTheCheckOfTheHistoryWhatFollowsAFailoverIsAcknowledgedAndLost() throws Exception {
        Scripts faulty = without("if behind or meta[3] ~= id then", "if not g then");
        RedisProcess replica = process("--replicaof", "127.0.0.1", "" + redis.port());
        await().until(() -> replica.commands().info("replication").contains("link_status:up"));
        TcpProxy link = link(redis);
        // The checks of the position would notice; a failover gives them no time to.
        Timing unchecked =
                new Timing(
                        LogNode.TIMING.connect(),
                        LogNode.TIMING.call(),
                        LogNode.TIMING.block(),
                        LogNode.TIMING.give(),
                        LogNode.TIMING.lease(),
                        LogNode.TIMING.settle(),
                        LogNode.TIMING.end(),
                        LogNode.TIMING.cutOff(),
                        Duration.ofHours(1),
                        LogNode.TIMING.firstRetry(),
                        LogNode.TIMING.mostRetry());
        LogNode a = node(link.port(), faulty, unchecked);
        a.append(CHANNEL, "m1");
        await().until(() -> replica.commands().xlen(a.shard(CHANNEL).keys().log()) == 2);
        replica.commands().replicaof("127.0.0.1", 1);
        Position second = a.append(CHANNEL, "m2").position();
        a.append(CHANNEL, "m3");
        redis.kill();
        replica.commands().replicaofNoOne();
        link.turnTo(replica.port());
        await().ignoreExceptions().until(() -> a.append(CHANNEL, "m4").position().equals(second));
        assertThat(a.heard).containsExactly("m1", "m2", "m3");
        assertThat(replica.commands().xlen(a.shard(CHANNEL).keys().log()))
                .as("the marker, m1, and m4, which nobody hears")
                .isEqualTo(3);
    }

    /**
     * A message of the new generation then overtakes older ones that its node has to send again.
     */
    @Test
    void withoutTheFenceANodeAppendsBeforeItHasReconciled() throws Exception {
        LogNode sound = node(redis.port(), Scripts.load());
        sound.append(CHANNEL, "m1");
        StreamId read = sound.shard(CHANNEL).position();
        ShardCalls calls = sound.shard(CHANNEL).calls();
        redis.kill();
        redis.start();
        await().until(() -> !publish(calls, read, "m2").isCompletedExceptionally());
        assertThat(publish(calls, read, "m2").join()).isInstanceOf(Fenced.class);
        assertThat(redis.commands().xlen(calls.keys().log())).as("m1 and two markers").isEqualTo(3);
        Scripts faulty = without("if g ~= known then", "if false then");
        ShardCalls unfenced = node(redis.port(), faulty).shard(CHANNEL).calls();
        assertThat(publish(unfenced, read, "m2").join()).isInstanceOf(Taken.class);
    }

    private static CompletableFuture<PublishReply> publish(
            ShardCalls calls, StreamId read, String msgId) {
        Waiting message =
                new Waiting(
                        new Draft(CHANNEL, "p", msgId, null, false, new byte[] {'1'}),
                        calls.keys().remembered("p", CHANNEL, msgId),
                        0,
                        0);
        CompletableFuture<PublishReply> reply =
                calls.publish(read, List.of(message), List.of(true)).toCompletableFuture();
        var unused = reply.handle((done, failure) -> done).join();
        return reply;
    }

    /** Redis has lost it; the node that had read it archived it. */
    @Test
    void withoutTheBarrierWhatOnlyOneNodeHadReadNeverReachesTheOther() throws Exception {
        assertThat(heardAfterAFailoverPastANode(MemoryArchive::new))
                .containsExactly("m1", "m2", "generation", "m3");
        assertThat(heardAfterAFailoverPastANode(FaultyLogTest::withoutRecovery))
                .containsExactly("m1", "generation", "m3");
    }

    /** An archive that has nothing for a node that comes to the beginning of a generation. */
    private static SharedArchive withoutRecovery(Disk disk) {
        SharedArchive sound = new MemoryArchive(disk);
        return (SharedArchive)
                Proxy.newProxyInstance(
                        SharedArchive.class.getClassLoader(),
                        new Class<?>[] {SharedArchive.class},
                        (proxy, method, args) ->
                                method.getName().equals("between")
                                        ? CompletableFuture.completedFuture(List.of())
                                        : method.invoke(sound, args));
    }

    private List<String> heardAfterAFailoverPastANode(Function<Disk, SharedArchive> archives)
            throws Exception {
        RedisProcess primary = process("--appendonly", "yes");
        RedisProcess replica = process("--replicaof", "127.0.0.1", "" + primary.port());
        await().until(() -> replica.commands().info("replication").contains("link_status:up"));
        TcpProxy linkOfA = link(primary);
        TcpProxy linkOfB = link(primary);
        Disk disk = new Disk();
        LogNode a = archived(linkOfA, archives.apply(disk));
        a.append(CHANNEL, "m1"); // So this node has the lease.
        LogNode b = archived(linkOfB, archives.apply(disk));
        b.awaitHeard("m1");
        await().until(() -> replica.commands().xlen(a.shard(CHANNEL).keys().log()) == 2);
        replica.commands().replicaof("127.0.0.1", 1);
        linkOfB.cut();
        a.append(CHANNEL, "m2");
        primary.kill();
        replica.commands().replicaofNoOne();
        linkOfA.turnTo(replica.port());
        linkOfB.turnTo(replica.port());
        a.append(CHANNEL, "m3");
        a.awaitHeard("m1", "m2", "generation", "m3");
        await().until(() -> b.heard.contains("m3"));
        return b.heard;
    }

    private LogNode archived(TcpProxy link, SharedArchive archive) throws Exception {
        LogNode node =
                new LogNode(
                        "redis://127.0.0.1:" + link.port(),
                        Scripts.load(),
                        LogNode.PATIENT,
                        StreamBounds.defaults(),
                        archive);
        opened.add(node);
        return node.start();
    }
}
