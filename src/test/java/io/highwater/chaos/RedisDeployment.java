package io.highwater.chaos;

import io.highwater.chaos.Event.Loss;
import io.highwater.testing.PostgresServer;
import io.highwater.testing.SmallDisk;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Nodes that share a Redis with a replica; whatever can happen to these happens. */
final class RedisDeployment implements Deployment {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String DATABASE = "postgres";
    private static final int DISK_MEBIBYTES = 256;

    /** All nodes have read what is older. */
    private static final Duration RECENT = Duration.ofSeconds(5);

    /** Some messages more, so that there is something to lose. */
    private static final int MORE = 20;

    private final RedisPair redis;
    private final List<ChaosNode> nodes;
    private final List<Path> clockSetBack;

    /** Null without an archive. */
    private final @Nullable PostgresServer postgres;

    /** Where the archive is; null without one, or where this user may not mount one. */
    private final @Nullable SmallDisk disk;

    private RedisDeployment(
            RedisPair redis,
            List<ChaosNode> nodes,
            List<Path> clockSetBack,
            @Nullable PostgresServer postgres,
            @Nullable SmallDisk disk) {
        this.redis = redis;
        this.nodes = nodes;
        this.clockSetBack = clockSetBack;
        this.postgres = postgres;
        this.disk = disk;
    }

    /**
     * Nodes without an archive.
     *
     * @param front what lies in front of the nodes' class path
     */
    static RedisDeployment of(int nodes, Path folder, List<Path> front) throws Exception {
        return of(nodes, folder, front, null, null);
    }

    /** The same with an archive in PostgreSQL, whose disk fills where this user may mount one. */
    static RedisDeployment archived(int nodes, Path folder, List<Path> front) throws Exception {
        SmallDisk disk =
                SmallDisk.ofMemoryIfAllowed(folder.resolve("disk"), DISK_MEBIBYTES).orElse(null);
        if (disk == null) {
            System.out.println("chaos: no disk fills, since this user may not mount one");
        }
        Path place = disk == null ? folder : disk.path();
        return of(nodes, folder, front, PostgresServer.start(place.resolve("postgres")), disk);
    }

    private static RedisDeployment of(
            int nodes,
            Path folder,
            List<Path> front,
            @Nullable PostgresServer postgres,
            @Nullable SmallDisk disk)
            throws Exception {
        RedisPair redis = RedisPair.start(folder, nodes);
        List<ChaosNode> all = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            Map<String, String> settings = new HashMap<>();
            settings.put("highwater.backbone", "redis");
            settings.put("highwater.redis.uri", redis.uri(i));
            if (postgres != null) {
                settings.put("highwater.archive.url", postgres.url(DATABASE));
            }
            all.add(new ChaosNode(folder, "" + (char) ('a' + i), settings, front));
        }
        return new RedisDeployment(redis, all, Clock.setBack(folder), postgres, disk);
    }

    @Override
    public void start() throws IOException {
        for (ChaosNode node : nodes) {
            node.start();
        }
    }

    @Override
    public List<URI> nodes() {
        return nodes.stream().map(ChaosNode::uri).toList();
    }

    @Override
    public List<Nemesis> nemeses() {
        List<Nemesis> all =
                new ArrayList<>(
                        List.of(
                                Nemesis.harmless("kill", this::kill),
                                Nemesis.harmless("pause", this::pause),
                                Nemesis.harmless("clock set back", this::setClockBack),
                                Nemesis.harmless("rolling drain", this::drain),
                                Nemesis.harmless("link cut", this::cut),
                                Nemesis.harmless("all links cut", this::cutAll),
                                Nemesis.harmless("redis paused", this::pauseRedis),
                                Nemesis.harmless("redis out of memory", this::limitMemory),
                                Nemesis.harmless("redis killed", this::killRedis),
                                Nemesis.harmless("failover in step", this::failOverInStep),
                                Nemesis.losing("power cut of redis", this::cutPower),
                                Nemesis.losing(
                                        "failover to a lagging replica", this::failOverToLagging),
                                Nemesis.losing("failover past a node", this::failOverPastNode),
                                Nemesis.losing("power cut of all", this::cutAllPower),
                                Nemesis.losing(
                                        "failover to an empty replica", this::failOverToEmpty),
                                Nemesis.losing("zombie primary", this::zombie),
                                Nemesis.losing("two failovers", this::failOverTwice)));
        if (postgres != null) {
            all.add(Nemesis.harmless("postgres killed", this::killPostgres));
            all.add(Nemesis.harmless("postgres paused", this::pausePostgres));
            all.add(Nemesis.harmless("archive writer killed", this::killWriter));
            all.add(Nemesis.harmless("trimmed past a paused node", this::trimPastPaused));
        }
        if (disk != null) {
            all.add(Nemesis.harmless("full disk of postgres", this::fillDisk));
        }
        return all;
    }

    private int any(Random random) {
        return random.nextInt(nodes.size());
    }

    private void kill(Random random, Traffic traffic) throws Exception {
        ChaosNode node = nodes.get(any(random));
        node.kill();
        traffic.pass(Duration.ofMillis(random.nextInt(1_000)));
        node.start();
    }

    private void pause(Random random, Traffic traffic) throws Exception {
        ChaosNode node = nodes.get(any(random));
        node.pause();
        traffic.pass(Duration.ofMillis(2_000 + random.nextInt(8_000)));
        node.resume();
    }

    /** Until its next start, which sets it forth again. */
    private void setClockBack(Random random, Traffic traffic) throws Exception {
        ChaosNode node = nodes.get(any(random));
        node.kill();
        node.startWith(clockSetBack);
    }

    private void drain(Random random, Traffic traffic) throws Exception {
        for (ChaosNode node : nodes) {
            node.drain();
            node.start();
        }
    }

    private void cut(Random random, Traffic traffic) throws Exception {
        int link = any(random);
        redis.cut(link);
        traffic.pass(Duration.ofMillis(random.nextInt(6_000)));
        redis.join(link);
    }

    private void cutAll(Random random, Traffic traffic) throws Exception {
        redis.cutAll();
        traffic.awaitRefused(PATIENCE);
        redis.joinAll();
    }

    private void pauseRedis(Random random, Traffic traffic) throws Exception {
        redis.pause();
        traffic.pass(Duration.ofMillis(500 + random.nextInt(4_500)));
        redis.resume();
    }

    private void limitMemory(Random random, Traffic traffic) throws Exception {
        redis.limitMemory();
        traffic.awaitRefused(PATIENCE);
        redis.unlimitMemory();
    }

    private void killRedis(Random random, Traffic traffic) throws Exception {
        redis.restart();
    }

    private void failOverInStep(Random random, Traffic traffic) throws Exception {
        redis.cutAll();
        redis.awaitInStep();
        redis.failOver();
        redis.joinAll();
        redis.bringBack();
    }

    private Loss cutPower(Random random, Traffic traffic) throws Exception {
        long from = traffic.now();
        long bytes = redis.writtenBytes();
        traffic.awaitAnyAcknowledged(MORE, PATIENCE);
        redis.restartWith(bytes);
        Loss loss = new Loss(from, traffic.now(), false);
        return loss;
    }

    private Loss failOverToLagging(Random random, Traffic traffic) throws Exception {
        long from = traffic.now();
        redis.leaveReplicaBehind();
        traffic.awaitAnyAcknowledged(1 + random.nextInt(2 * MORE), PATIENCE);
        redis.failOver();
        Loss loss = new Loss(from, traffic.now(), false);
        redis.joinAll();
        redis.bringBack();
        return loss;
    }

    /** What the replica lacks, one of the nodes has not read either. */
    private Loss failOverPastNode(Random random, Traffic traffic) throws Exception {
        int behind = any(random);
        long from = traffic.now();
        redis.cut(behind);
        redis.leaveReplicaBehind();
        traffic.awaitAnyAcknowledged(MORE, PATIENCE);
        redis.failOver();
        Loss loss = new Loss(from, traffic.now(), false);
        redis.joinAll();
        redis.bringBack();
        return loss;
    }

    /** All nodes and the Redis lose what they have in memory, but not the archive. */
    private Loss cutAllPower(Random random, Traffic traffic) throws Exception {
        long from = traffic.now();
        long bytes = redis.writtenBytes();
        if (postgres != null) {
            postgres.pause();
            traffic.pass(Duration.ofMillis(500 + random.nextInt(1_500)));
        } else {
            traffic.awaitAnyAcknowledged(MORE, PATIENCE);
        }
        for (ChaosNode node : nodes) {
            node.kill();
        }
        redis.restartWith(bytes);
        Loss loss = new Loss(from, traffic.now(), true);
        if (postgres != null) {
            postgres.resume();
        }
        start();
        return loss;
    }

    private Loss failOverToEmpty(Random random, Traffic traffic) throws Exception {
        long from = traffic.now() - RECENT.toNanos();
        redis.emptyReplica();
        redis.failOver();
        Loss loss = new Loss(from, traffic.now(), false);
        redis.joinAll();
        redis.bringBack();
        return loss;
    }

    /** For a moment some nodes use the old primary, others the new one. */
    private Loss zombie(Random random, Traffic traffic) throws Exception {
        long from = traffic.now();
        redis.leaveReplicaBehind();
        traffic.awaitAnyAcknowledged(random.nextInt(MORE), PATIENCE);
        redis.promoteReplica();
        for (int link = 1; link < nodes.size(); link++) {
            redis.turnToReplica(link);
        }
        traffic.awaitAnyAcknowledged(MORE, PATIENCE);
        traffic.pass(Duration.ofMillis(random.nextInt(3_000)));
        redis.failOver();
        Loss loss = new Loss(from, traffic.now(), false);
        redis.joinAll();
        redis.bringBack();
        return loss;
    }

    private Loss failOverTwice(Random random, Traffic traffic) throws Exception {
        long from = traffic.now();
        redis.leaveReplicaBehind();
        traffic.awaitAnyAcknowledged(MORE, PATIENCE);
        redis.cutAll();
        redis.failOver();
        redis.bringBack();
        redis.awaitInStep();
        redis.failOver();
        Loss loss = new Loss(from, traffic.now(), false);
        redis.joinAll();
        redis.bringBack();
        return loss;
    }

    private void killPostgres(Random random, Traffic traffic) throws Exception {
        postgres.kill();
        if (random.nextBoolean()) {
            traffic.awaitRefused(PATIENCE);
        }
        postgres.start();
    }

    private void pausePostgres(Random random, Traffic traffic) throws Exception {
        postgres.pause();
        traffic.pass(Duration.ofMillis(500 + random.nextInt(6_000)));
        postgres.resume();
    }

    /** PostgreSQL may go on, crash and recover, or end, as it finds no room for this or that. */
    private void fillDisk(Random random, Traffic traffic) throws Exception {
        disk.fill();
        try {
            if (!traffic.awaitRefused(PATIENCE)) {
                throw new AssertionError("nothing is refused though the disk is full");
            }
            traffic.pass(Duration.ofMillis(random.nextInt(3_000)));
        } finally {
            disk.free();
        }
        if (!postgres.isRunning()) {
            postgres.start();
        }
    }

    /** The node that archives what was published last. */
    private void killWriter(Random random, Traffic traffic) throws Exception {
        String owner =
                PostgresServer.text(
                        postgres.url(DATABASE),
                        "SELECT owner FROM highwater.shard WHERE owner <> '' AND sequence > 0"
                                + " ORDER BY generation DESC, sequence DESC LIMIT 1");
        for (ChaosNode node : nodes) {
            if (owner != null && owner.startsWith(node.name() + "/")) {
                node.kill();
                traffic.pass(Duration.ofMillis(random.nextInt(3_000)));
                node.start();
            }
        }
    }

    /** Whatever it has not read is in the archive only. */
    private void trimPastPaused(Random random, Traffic traffic) throws Exception {
        ChaosNode node = nodes.get(any(random));
        node.pause();
        traffic.awaitAnyAcknowledged(2 * MORE, PATIENCE);
        traffic.tops().forEach(redis::trim);
        node.resume();
    }

    @Override
    public void settle() {}

    @Override
    public Promise promise() {
        return postgres == null ? Promise.LOG : Promise.DURABLE;
    }

    @Override
    public Duration quiet() {
        // With an archive, nodes look for late entries for two minutes.
        return postgres == null ? Duration.ofSeconds(20) : Duration.ofSeconds(150);
    }

    @Override
    public String logs() throws IOException {
        List<String> logs = new ArrayList<>();
        for (ChaosNode node : nodes) {
            logs.add(node.log());
        }
        return logs.stream().collect(Collectors.joining("\n"));
    }

    @Override
    public void close() throws Exception {
        for (ChaosNode node : nodes) {
            node.close();
        }
        redis.close();
        if (postgres != null && postgres.isRunning()) {
            postgres.kill();
        }
        if (disk != null) {
            disk.close();
        }
    }
}
