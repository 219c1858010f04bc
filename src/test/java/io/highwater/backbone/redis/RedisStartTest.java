package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.backbone.BackboneStartException;
import io.highwater.testing.FreePort;
import io.highwater.testing.RedisProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator reads when the log cannot start, and what the log's user may need. */
final class RedisStartTest {
    private static final ShardKeys KEYS = ShardKeys.all("test").get(LogNode.WATCHED_SHARD);

    @TempDir private Path directory;
    private RedisProcess redis;

    @AfterEach
    void stop() throws Exception {
        if (redis != null) {
            redis.close();
        }
    }

    private void startRedis(String... options) throws Exception {
        redis = RedisProcess.start(directory, options);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(String uri) {
        return assertThatThrownBy(
                        () -> {
                            try (LogNode node = new LogNode(uri)) {
                                node.start();
                            }
                        })
                .isInstanceOf(BackboneStartException.class)
                .hasMessageStartingWith("highwater.redis.uri: ")
                .hasMessageNotContaining("secret")
                .satisfies(e -> assertThat(e.getMessage().split("cannot be used")).hasSize(2));
    }

    @Test
    void aRedisThatIsNotThere() throws Exception {
        int port = FreePort.find();
        assertRefused("redis://me:secret@127.0.0.1:" + port)
                .hasMessageStartingWith(
                        "highwater.redis.uri: redis://127.0.0.1:" + port + " cannot be used: ")
                .hasMessageContaining("Connection refused");
        assertRefused("redis://me:secret@no-such-host.invalid:6379")
                .hasMessageStartingWith("highwater.redis.uri: redis://no-such-host.invalid:6379");
    }

    @Test
    void aWrongPassword() throws Exception {
        startRedis("--requirepass", "right");
        assertRefused("redis://:secret@127.0.0.1:" + redis.port())
                .hasMessageEndingWith(
                        "it does not accept the user name or the password of the URI");
        assertRefused(redis.uri()).hasMessageContaining("it asks for a password");
        try (LogNode node = new LogNode("redis://:right@127.0.0.1:" + redis.port())) {
            node.start();
        }
    }

    @Test
    void aReplica() throws Exception {
        startRedis();
        try (RedisProcess replica =
                RedisProcess.start(directory, "--replicaof", "127.0.0.1", "" + redis.port())) {
            assertRefused(replica.uri()).hasMessageContaining("it is a read-only replica");
        }
    }

    @Test
    void aFullRedis() throws Exception {
        startRedis("--maxmemory", "1mb", "--maxmemory-policy", "noeviction");
        redis.commands().configSet("maxmemory", "100000");
        assertRefused(redis.uri())
                .hasMessageContaining("it has reached its maxmemory of 100000 bytes");
    }

    @Test
    void aRedisThatWouldDropEntries() throws Exception {
        startRedis("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
        assertRefused(redis.uri())
                .hasMessageContaining("its maxmemory-policy is allkeys-lru")
                .hasMessageEndingWith("set maxmemory-policy noeviction");
    }

    @Test
    void aKeyOfAnotherType() throws Exception {
        startRedis();
        for (String key : List.of(KEYS.log(), KEYS.meta(), KEYS.counters())) {
            redis.commands().set(key, "foreign");
            assertRefused(redis.uri())
                    .hasMessageContaining("its key " + key + " has the type string");
            assertThat(redis.commands().get(key)).isEqualTo("foreign");
            redis.commands().del(key);
        }
    }

    @Test
    void dataOfANewerVersionOrOfAnotherNumberOfShards() throws Exception {
        startRedis();
        redis.commands().hset(KEYS.meta(), "f", "2");
        assertRefused(redis.uri())
                .hasMessageContaining("a newer version of this server wrote its data: format 2");
        redis.commands().hset(KEYS.meta(), "f", "1");
        redis.commands().hset(KEYS.meta(), "k", "32");
        assertRefused(redis.uri()).hasMessageContaining("its data has 32 shards");
    }

    @Test
    void aNodeOfAClusterThatIsNotCalledOne() throws Exception {
        startRedis("--cluster-enabled", "yes");
        assertRefused(redis.uri()).hasMessageContaining("write redis-cluster://");
    }

    @Test
    void noClusterWhereTheUriNamesOne() throws Exception {
        startRedis();
        assertRefused("redis-cluster://127.0.0.1:" + redis.port())
                .hasMessageStartingWith("highwater.redis.uri: redis-cluster://127.0.0.1:");
    }

    @Test
    void anOldVersion() {
        assertThatThrownBy(
                        () ->
                                StartCheck.check(
                                        RedisAddress.parse("redis://cache"),
                                        new PrimaryInfo(
                                                "", "# Server\r\nredis_version:6.0.16\r\n")))
                .hasMessageContaining("its version is 6.0.16; Redis 6.2 or later");
    }

    /** A script is not rolled back: whatever it needs it must have before it writes. */
    @Test
    void aRedisThatDoesNotTellItsHistoryIsNotWrittenTo() throws Exception {
        startRedis();
        String open = LuaScript.text("generation.lua", "open.lua");
        Scripts sound = Scripts.load();
        Scripts blind =
                new Scripts(
                        new LuaScript(open.replace("master_replid:", "no_such_line:")),
                        sound.publish(),
                        sound.counters());
        try (LogNode node =
                new LogNode(redis.uri(), blind, LogNode.PATIENT, StreamBounds.defaults(), null)) {
            assertThatThrownBy(node::start).hasMessageContaining("has no master_replid");
        }
        assertThat(redis.commands().dbsize()).isZero();
    }

    @Test
    void twoClustersOfNodesShareARedisByTheirPrefixes() throws Exception {
        startRedis();
        try (LogNode one = LogNode.withPrefix(redis.uri(), "one");
                LogNode two = LogNode.withPrefix(redis.uri(), "two")) {
            one.start();
            two.start();
            one.append(LogNode.CHANNEL, "m1");
            assertThat(two.append(LogNode.CHANNEL, "m1").duplicate()).isFalse();
            one.append(LogNode.CHANNEL, "m2");
            one.awaitHeard("m1", "m2");
            two.awaitHeard("m1");
        }
    }

    /** Those that docs/cluster.md lists, with the password and the prefix of this test. */
    private static List<String> documentedRights() throws Exception {
        String page = Files.readString(Path.of("docs", "cluster.md"));
        String from = "ACL SETUSER highwater ";
        int start = page.indexOf(from) + from.length();
        String command = page.substring(start, page.indexOf("\n\n", start));
        List<String> rights = new ArrayList<>();
        for (String right : command.split("\\s+")) {
            rights.add(right.replace(">PASSWORD", ">pw").replace("highwater:", "test:"));
        }
        return rights;
    }

    @Test
    void aUserWithTheLeastRights() throws Exception {
        startRedis("--appendonly", "yes");
        acl(documentedRights());
        String uri = "redis://highwater:pw@127.0.0.1:" + redis.port() + "/1";
        StreamBounds few =
                new StreamBounds(
                        100, Duration.ofSeconds(1), Duration.ofMinutes(5), 1, Duration.ofMillis(1));
        try (LogNode node = new LogNode(uri, Scripts.load(), LogNode.PATIENT, few, null)) {
            node.start();
            for (int i = 0; i < 300; i++) {
                var unused = node.tryAppend(LogNode.CHANNEL, "m" + i);
            }
            node.append(LogNode.CHANNEL, "last");
            RedisShard shard = node.shard(LogNode.CHANNEL);
            BackboneNode.get(shard.calls().counters(List.of(LogNode.CHANNEL)));
            BackboneNode.get(shard.calls().between(new StreamId(0, 0), shard.position(), 10));
            BackboneNode.get(shard.calls().upTo(shard.position(), 10));
            BackboneNode.get(shard.calls().trimBefore(shard.position()));
            String other = null;
            for (int i = 0; other == null; i++) {
                if (ShardKeys.shardOf("c" + i) == LogNode.WATCHED_SHARD) {
                    other = "c" + i;
                }
            }
            node.append(other, "in a new generation, since there is room for one channel");
            assertThat(node.heard).contains("generation");
        }
        acl(List.of("-xadd", "-hset"));
        redis.commands().flushall();
        assertRefused(uri).hasMessageContaining("its user lacks a right");
    }

    private void acl(List<String> rules) {
        RedisRights.set(redis, rules);
    }
}
