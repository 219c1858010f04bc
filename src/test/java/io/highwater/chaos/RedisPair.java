package io.highwater.chaos;

import io.highwater.protocol.Position;
import io.highwater.testing.FreePort;
import io.highwater.testing.RedisProcess;
import io.highwater.testing.TcpProxy;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XTrimArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * A Redis and its replica, and a link to the Redis for each node, which can be cut and turned.
 * Called by one thread.
 */
final class RedisPair implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String HERE = "127.0.0.1";

    /** Where nothing listens. */
    private static final int NOWHERE = 1;

    private final Path folder;
    private final List<TcpProxy> links = new ArrayList<>();
    private RedisProcess primary;
    private RedisProcess replica;

    private RedisPair(Path folder, RedisProcess primary, RedisProcess replica) {
        this.folder = folder;
        this.primary = primary;
        this.replica = replica;
    }

    static RedisPair start(Path folder, int links) throws Exception {
        RedisPair pair = new RedisPair(folder, server(folder), server(folder));
        for (int i = 0; i < links; i++) {
            pair.links.add(new TcpProxy(pair.primary.port()));
        }
        pair.follow();
        return pair;
    }

    private static RedisProcess server(Path folder) throws Exception {
        return RedisProcess.start(
                folder,
                FreePort.findForRestarts(),
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec",
                "--maxmemory-policy",
                "noeviction");
    }

    /** What a node is to connect to. */
    String uri(int link) {
        return "redis://" + HERE + ":" + links.get(link).port();
    }

    void cut(int link) {
        links.get(link).cut();
    }

    void join(int link) {
        links.get(link).turnTo(primary.port());
    }

    void cutAll() {
        links.forEach(TcpProxy::cut);
    }

    void joinAll() {
        links.forEach(link -> link.turnTo(primary.port()));
    }

    /** Nothing in the primary runs any more; its sockets stay open. */
    void pause() throws Exception {
        primary.pause();
    }

    void resume() throws Exception {
        primary.resume();
    }

    /** It takes nothing new any more, as if its memory was full. */
    void limitMemory() {
        primary.commands().configSet("maxmemory", "1");
    }

    void unlimitMemory() {
        primary.commands().configSet("maxmemory", "0");
    }

    /** Drops what a channel's shard has before a position of the channel. */
    void trim(String channel, Position position) {
        RedisCommands<String, String> redis = primary.commands();
        String id = position.generation() + "-" + position.shardSequence();
        for (String log : redis.keys("*:log")) {
            List<StreamMessage<String, String>> found = redis.xrange(log, Range.create(id, id));
            if (!found.isEmpty() && channel.equals(found.get(0).getBody().get("c"))) {
                redis.xtrim(log, XTrimArgs.Builder.minId(id).exactTrimming());
            }
        }
    }

    void restart() throws Exception {
        primary.kill();
        primary.start();
        awaitInSync();
    }

    /** The size of what the primary has written to its disk. */
    long writtenBytes() {
        return log(primary).toFile().length();
    }

    /** Restarts it as after a power cut: only so much is on its disk. */
    void restartWith(long bytes) throws Exception {
        primary.kill();
        try (RandomAccessFile file = new RandomAccessFile(log(primary).toFile(), "rw")) {
            file.setLength(Math.min(bytes, file.length()));
        }
        primary.start();
        awaitInSync();
    }

    private static Path log(RedisProcess redis) {
        return redis.directory().resolve("appendonly.aof");
    }

    /** From now on the replica gets nothing new. */
    void leaveReplicaBehind() {
        replica.commands().replicaof(HERE, NOWHERE);
    }

    /** The replica has nothing any more. */
    void emptyReplica() throws Exception {
        replica.close();
        replica = server(folder);
    }

    /** The replica has all that the primary has, as long as nobody writes. */
    void awaitInStep() throws Exception {
        await(() -> offset(replica).equals(offset(primary)));
    }

    private static String offset(RedisProcess redis) {
        Map<String, String> info = info(redis);
        return info.getOrDefault("slave_repl_offset", info.get("master_repl_offset"));
    }

    private static Map<String, String> info(RedisProcess redis) {
        return redis.commands()
                .info("replication")
                .lines()
                .filter(line -> line.contains(":"))
                .collect(
                        Collectors.toMap(
                                line -> line.substring(0, line.indexOf(':')),
                                line -> line.substring(line.indexOf(':') + 1).strip()));
    }

    /** The replica becomes a primary, beside the one that there is. */
    void promoteReplica() {
        replica.commands().replicaofNoOne();
    }

    /** Turns some links to the replica that was promoted. */
    void turnToReplica(int link) {
        links.get(link).turnTo(replica.port());
    }

    /** The primary dies, and the replica takes its place; the links stay as they are. */
    void failOver() throws Exception {
        primary.kill();
        promoteReplica();
        RedisProcess dead = primary;
        primary = replica;
        replica = dead;
    }

    /** The one that died comes back as a replica, and gets all that the new primary has. */
    void bringBack() throws Exception {
        replica.start();
        follow();
    }

    private void follow() throws Exception {
        replica.commands().replicaof(HERE, primary.port());
        awaitInSync();
    }

    /** The replica is connected and has been brought the whole of the primary's data. */
    private void awaitInSync() throws Exception {
        await(() -> "up".equals(info(replica).get("master_link_status")));
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        Awaitility.await().atMost(PATIENCE).until(condition);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (TcpProxy link : links) {
            link.close();
        }
        primary.close();
        replica.close();
    }
}
