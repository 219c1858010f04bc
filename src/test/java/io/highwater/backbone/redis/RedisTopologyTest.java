package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.highwater.backbone.Appended;
import io.highwater.testing.DevelopmentCertificateFixture;
import io.highwater.testing.FreePort;
import io.highwater.testing.RedisProcess;
import io.lettuce.core.cluster.SlotHash;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes on a cluster, with Sentinels, and over TLS. */
final class RedisTopologyTest {
    private static final String CHANNEL = LogNode.CHANNEL;
    private static final int SLOTS = 16_384;

    @TempDir private Path directory;
    private final List<LogNode> nodes = new ArrayList<>();
    private final List<RedisProcess> processes = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        nodes.forEach(LogNode::close);
        for (RedisProcess process : processes) {
            process.close();
        }
    }

    private RedisProcess process(String... options) throws Exception {
        RedisProcess process = RedisProcess.start(directory, options);
        processes.add(process);
        return process;
    }

    private LogNode node(String uri) throws Exception {
        LogNode node = new LogNode(uri);
        nodes.add(node);
        return node.start();
    }

    /** A node that does not look at the cluster without a reason. */
    private LogNode unchecked(String uri) throws Exception {
        LogNode node =
                new LogNode(
                        uri,
                        Scripts.load(),
                        DemotedPrimaryTest.UNCHECKED,
                        StreamBounds.defaults(),
                        null);
        nodes.add(node);
        return node.start();
    }

    /** Every shard of the log, by a channel of it. */
    private static List<String> channelOfEachShard() {
        List<String> channels = new ArrayList<>();
        for (int shard = 0; shard < ShardKeys.SHARDS; shard++) {
            for (int i = 0; channels.size() == shard; i++) {
                if (ShardKeys.shardOf("c" + i) == shard) {
                    channels.add("c" + i);
                }
            }
        }
        return channels;
    }

    @Test
    void aClusterKeepsTheShardsOnAllItsPrimariesAndOneMayRestart() throws Exception {
        List<RedisProcess> primaries =
                List.of(
                        process("--cluster-enabled", "yes", "--appendonly", "yes"),
                        process("--cluster-enabled", "yes", "--appendonly", "yes"),
                        process("--cluster-enabled", "yes", "--appendonly", "yes"));
        join(primaries);
        String uri = "redis-cluster://127.0.0.1:" + primaries.get(0).port();
        LogNode a = node(uri);
        LogNode b = node(uri);
        appendToAll(a, "first");
        await().untilAsserted(() -> assertThat(b.entries).hasSize(ShardKeys.SHARDS));
        for (RedisProcess primary : primaries) {
            assertThat(primary.commands().keys("test:*:log")).hasSizeBetween(20, 23);
        }
        primaries.get(1).kill();
        primaries.get(1).start();
        appendToAll(b, "second");
        await().untilAsserted(() -> assertThat(a.entries).hasSize(2 * ShardKeys.SHARDS));
    }

    @Test
    void everyPrimaryOfAClusterIsChecked() throws Exception {
        List<RedisProcess> primaries =
                List.of(
                        process("--cluster-enabled", "yes"),
                        process("--cluster-enabled", "yes"),
                        process("--cluster-enabled", "yes"));
        join(primaries);
        String uri = "redis-cluster://127.0.0.1:" + primaries.get(0).port();
        for (RedisProcess primary : primaries) {
            primary.commands().configSet("maxmemory", "100mb");
            primary.commands().configSet("maxmemory-policy", "allkeys-lru");
            assertRefused(
                    uri, "127.0.0.1:" + primary.port() + ": its maxmemory-policy is allkeys-lru");
            primary.commands().configSet("maxmemory-policy", "noeviction");
        }
        for (String channel : channelOfEachShard().subList(0, 64)) {
            String key = ShardKeys.all("test").get(ShardKeys.shardOf(channel)).log();
            RedisProcess primary = primaries.get(slot(key) / (SLOTS / 3 + 1));
            if (primary != primaries.get(0)) {
                primary.commands().set(key, "foreign");
                assertRefused(uri, "its key " + key + " has the type string");
                primary.commands().del(key);
                break;
            }
        }
        node(uri).append(CHANNEL, "m1");
    }

    private static int slot(String key) {
        return SlotHash.getSlot(key);
    }

    private void assertRefused(String uri, String why) {
        LogNode refused = new LogNode(uri);
        nodes.add(refused);
        assertThat(catchThrowable(refused::start))
                .hasMessageStartingWith("highwater.redis.uri: " + uri + " cannot be used: ")
                .hasMessageContaining(why);
    }

    @Test
    void aFailoverOfAClusterIsFoundByTheCallsThatFail() throws Exception {
        String[] options = {
            "--cluster-enabled",
            "yes",
            "--cluster-node-timeout",
            "1000",
            "--cluster-replica-validity-factor",
            "0",
            "--cluster-require-full-coverage",
            "no"
        };
        List<RedisProcess> primaries =
                List.of(process(options), process(options), process(options));
        join(primaries);
        RedisProcess failing = primaries.get(1);
        RedisProcess replica = process(options);
        replica.commands().clusterMeet("127.0.0.1", primaries.get(0).port());
        String id = failing.commands().clusterMyId();
        await().until(() -> replica.commands().clusterNodes().contains(id));
        await().ignoreExceptions()
                .until(() -> replica.commands().clusterReplicate(id).equals("OK"));
        await().until(() -> replica.commands().info("replication").contains("link_status:up"));
        LogNode a = unchecked("redis-cluster://127.0.0.1:" + primaries.get(0).port());
        LogNode b = unchecked("redis-cluster://127.0.0.1:" + primaries.get(0).port());
        appendToAll(a, "first");
        await().untilAsserted(() -> assertThat(b.entries).hasSize(ShardKeys.SHARDS));
        failing.kill();
        await().until(() -> replica.commands().info("replication").contains("role:master"));
        appendToAll(a, "second");
        await().untilAsserted(() -> assertThat(b.entries).hasSize(2 * ShardKeys.SHARDS));
    }

    /** Whichever of its nodes a connection leads to. */
    @Test
    void aClusterCarriesMessagesBetweenNodes() throws Exception {
        List<RedisProcess> primaries =
                List.of(
                        process("--cluster-enabled", "yes"),
                        process("--cluster-enabled", "yes"),
                        process("--cluster-enabled", "yes"));
        join(primaries);
        try (BusNode a = new BusNode("redis-cluster://127.0.0.1:" + primaries.get(0).port(), "p");
                BusNode b =
                        new BusNode("redis-cluster://127.0.0.1:" + primaries.get(1).port(), "p")) {
            a.start();
            b.start();
            a.sendUntilHeard("m1", b);
            b.sendUntilHeard("m2", a);
            for (RedisProcess primary : primaries) {
                primary.kill();
                primary.start();
            }
            a.sendUntilHeard("m3", b);
            b.sendUntilHeard("m4", a);
        }
    }

    private static void appendToAll(LogNode node, String msgId) throws Exception {
        List<CompletableFuture<Appended>> answers = new ArrayList<>();
        for (String channel : channelOfEachShard()) {
            answers.add(node.tryAppend(channel, msgId));
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .get(60, TimeUnit.SECONDS);
    }

    private static void join(List<RedisProcess> primaries) {
        int part = SLOTS / primaries.size() + 1;
        for (int i = 0; i < primaries.size(); i++) {
            int first = i * part;
            int end = Math.min(SLOTS, first + part);
            primaries.get(i).commands().clusterAddSlots(IntStream.range(first, end).toArray());
            primaries.get(i).commands().clusterMeet("127.0.0.1", primaries.get(0).port());
        }
        for (RedisProcess primary : primaries) {
            await().until(() -> primary.commands().clusterInfo().contains("cluster_state:ok"));
        }
        for (RedisProcess primary : primaries) {
            await().until(() -> primary.commands().clusterSlots().size() == primaries.size());
        }
    }

    @Test
    void afterSentinelsPromoteAReplicaTheNodesFindIt() throws Exception {
        RedisProcess primary = process();
        RedisProcess replica = process("--replicaof", "127.0.0.1", "" + primary.port());
        await().until(() -> replica.commands().info("replication").contains("link_status:up"));
        int port = FreePort.find();
        Path config = Files.createTempDirectory(directory, "sentinel-").resolve("sentinel.conf");
        Files.writeString(
                config,
                "sentinel monitor main 127.0.0.1 "
                        + primary.port()
                        + " 1\nsentinel down-after-milliseconds main 1000\n"
                        + "sentinel failover-timeout main 10000\n");
        RedisProcess sentinel = RedisProcess.startSentinel(directory, port, config);
        processes.add(sentinel);
        String uri = "redis-sentinel://127.0.0.1:" + port + "?sentinelMasterId=main";
        LogNode a = node(uri);
        a.append(CHANNEL, "m1");
        await().until(() -> replica.commands().xlen(a.shard(CHANNEL).keys().log()) == 2);
        await().until(() -> sentinel.commands().info("sentinel").contains("slaves=1"));
        primary.kill();
        Appended second = a.append(CHANNEL, "m2");
        assertThat(second.position().channelSequence()).isEqualTo(1);
        a.awaitHeard("m1", "generation", "m2");
        assertThat(replica.commands().info("replication")).contains("role:master");
    }

    @Test
    void aNodeSpeaksTlsAndChecksTheCertificate() throws Exception {
        Path pem = pem(new DevelopmentCertificateFixture(directory).keystore());
        int port = FreePort.find();
        process(
                "--tls-port",
                "" + port,
                "--tls-cert-file",
                "" + pem,
                "--tls-key-file",
                "" + pem,
                "--tls-auth-clients",
                "no");
        LogNode a = node("rediss://127.0.0.1:" + port + "?verifyPeer=NONE");
        a.append(CHANNEL, "m1");
        a.awaitHeard("m1");
        LogNode strict = new LogNode("rediss://127.0.0.1:" + port);
        nodes.add(strict);
        assertThat(catchThrowable(strict::start))
                .hasMessageStartingWith(
                        "highwater.redis.uri: rediss://127.0.0.1:" + port + " cannot be used: ");
    }

    private Path pem(Path keystore) throws Exception {
        char[] password = DevelopmentCertificateFixture.PASSWORD.toCharArray();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keystore)) {
            keys.load(in, password);
        }
        String alias = keys.aliases().nextElement();
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return Files.writeString(
                directory.resolve("redis.pem"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + lines.encodeToString(keys.getKey(alias, password).getEncoded())
                        + "\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n"
                        + lines.encodeToString(keys.getCertificate(alias).getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
    }
}
