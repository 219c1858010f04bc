package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.Carrier;
import io.highwater.bench.client.Ticker;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Measures the log of the channels: nodes as processes of their own, on a Redis or with an archive,
 * with clients of highwater.v1. Nothing is pinned: nodes, Redis and load share all cores. Confined
 * to one thread.
 */
final class BackboneBench {
    /** What is measured, by its word on the command line. */
    enum Part {
        DELIVERY("delivery"),
        REDIS("redis"),
        DURABLE("durable"),
        RECOVERY("recovery"),
        START("start"),
        FANOUT("fanout");

        private final String word;

        Part(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /**
     * How large it is. Immutable.
     *
     * @param rate publications per second, where that is fixed
     * @param clients that come back at once
     * @param archived messages in the archive of a node that starts
     * @param rounds turns of the fan-out, of which the median counts
     */
    record Size(
            int rate, int clients, long archived, int rounds, Duration warmUp, Duration window) {}

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Duration DRAIN = Duration.ofSeconds(10);
    private static final int CHANNELS = 64;
    private static final int DATA_BYTES = 100;
    private static final long MAX_LATENCY_MICROS = 60_000_000;

    private static final int FLOOD_CHANNELS = 4;
    private static final int FLOOD_PUBLISHERS = 4;
    private static final int FLOOD_EACH = 64;

    private static final int DURABLE_CHANNELS = 1_000;
    private static final int DURABLE_PUBLISHERS = 50;
    private static final int DURABLE_EACH = 64;

    private static final int RECOVERY_CHANNELS = 100;
    private static final int MISSED = 20;

    private static final int MEMBERS = 1_000;
    private static final int MEMBER_BYTES = 200;
    private static final int FANOUT_RATE = 50;

    /** Whose archive it is; it is refused by another node. */
    private static final String ARCHIVE_NODE = "bench";

    private final Checkout checkout;
    private final ServerLauncher launcher;
    private final RedisServer redis;
    private final @Nullable String postgresUrl;
    private final Path folder;
    private final Size size;
    private final Ticker ticker;
    private final Progress progress;
    private final String run = "bench-" + System.currentTimeMillis();
    private int prefixes;

    /**
     * @param postgresUrl of an archive to measure as well, or null
     * @param folder for archives; nothing else is in it
     */
    BackboneBench(
            Checkout checkout,
            ServerLauncher launcher,
            RedisServer redis,
            @Nullable String postgresUrl,
            Path folder,
            Size size,
            Ticker ticker,
            Progress progress) {
        this.checkout = checkout;
        this.launcher = launcher;
        this.redis = redis;
        this.postgresUrl = postgresUrl;
        this.folder = folder;
        this.size = size;
        this.ticker = ticker;
        this.progress = progress;
    }

    List<BackboneRow> measure(Part part) throws IOException {
        progress.say(part.word());
        return switch (part) {
            case DELIVERY -> delivery();
            case REDIS -> redis();
            case DURABLE -> durable();
            case RECOVERY -> recovery();
            case START -> start();
            case FANOUT -> fanout();
        };
    }

    private ServerProcess node(List<String> settings) throws IOException {
        return launcher.start(Contestant.CHANNEL, settings, HeapSize.WORK, progress);
    }

    /**
     * No two parts share keys: a message that was published in one would be a repeat in another.
     */
    private String newPrefix() {
        return run + "-" + ++prefixes;
    }

    private List<BackboneRow> delivery() throws IOException {
        String prefix = newPrefix();
        Histogram latency = new Histogram(MAX_LATENCY_MICROS, 3);
        try (ServerProcess a = node(redis.settings("a", prefix));
                ServerProcess b = node(redis.settings("b", prefix));
                Subscribers subscribers =
                        Subscribers.open(
                                b.port(),
                                ticker,
                                new BackboneMessage(DATA_BYTES),
                                CHANNELS,
                                LIMIT);
                PublishingLoad publishers = publishers(a, CHANNELS, 1, "log")) {
            publishers.publishAtRate(size.rate(), size.warmUp());
            subscribers.recordInto(latency);
            publishers.publishAtRate(size.rate(), size.window());
            publishers.awaitAcknowledgements(DRAIN);
            awaitDelivered(subscribers, publishers.published());
            requireSound(publishers.wrong() + subscribers.wrong());
        }
        String at = " at " + size.rate() + " messages per second";
        return List.of(
                BackboneRow.atMost(
                        Part.DELIVERY.word(),
                        "publish to delivery on another node, p50," + at,
                        latency.getValueAtPercentile(50) / 1e3,
                        "ms",
                        3),
                BackboneRow.atMost(
                        Part.DELIVERY.word(),
                        "the same, p99",
                        latency.getValueAtPercentile(99) / 1e3,
                        "ms",
                        50));
    }

    private PublishingLoad publishers(
            ServerProcess node, int channels, int publishers, String level) throws IOException {
        return PublishingLoad.open(
                node.port(),
                ticker,
                new BackboneMessage(DATA_BYTES),
                channels,
                publishers,
                level,
                LIMIT);
    }

    private void awaitDelivered(Subscribers subscribers, long all) throws IOException {
        long deadlineNanos = ticker.nanoTime() + DRAIN.toNanos();
        while (subscribers.delivered() < all) {
            if (ticker.nanoTime() - deadlineNanos > 0) {
                throw new BenchException(
                        (all - subscribers.delivered()) + " of " + all + " were not delivered");
            }
            Thread.onSpinWait();
        }
    }

    private static void requireSound(long wrong) {
        if (wrong > 0) {
            throw new BenchException(wrong + " messages or answers were wrong");
        }
    }

    private List<BackboneRow> redis() throws IOException {
        List<BackboneRow> rows = new ArrayList<>();
        String word = Part.REDIS.word();
        try (ServerProcess node = node(redis.settings("a", newPrefix()))) {
            try (PublishingLoad alone = publishers(node, CHANNELS, 1, "log")) {
                alone.publishAtRate(size.rate(), size.warmUp());
                RedisLoad before = redis.load();
                long published = alone.published();
                alone.publishAtRate(size.rate(), size.window());
                RedisLoad done = redis.load().since(before);
                double messages = alone.published() - published;
                alone.awaitAcknowledgements(DRAIN);
                requireSound(alone.wrong());
                rows.addAll(redisRows(word, "one message in a call", done, messages, 25));
            }
            try (PublishingLoad flood = publishers(node, FLOOD_CHANNELS, FLOOD_PUBLISHERS, "log")) {
                flood.publishAtSaturation(FLOOD_EACH, size.warmUp());
                RedisLoad before = redis.load();
                long acknowledged = flood.acknowledged();
                flood.publishAtSaturation(FLOOD_EACH, size.window());
                RedisLoad done = redis.load().since(before);
                double messages = flood.acknowledged() - acknowledged;
                flood.awaitAcknowledgements(DRAIN);
                requireSound(flood.wrong());
                rows.addAll(redisRows(word, "batched", done, messages, 12));
                rows.add(
                        BackboneRow.of(
                                word,
                                "acknowledged with the level log, batched",
                                messages / size.window().toSeconds(),
                                "per second"));
            }
        }
        return rows;
    }

    private static List<BackboneRow> redisRows(
            String part, String how, RedisLoad done, double messages, double most) {
        RedisLoad.Command scripts = done.scripts();
        return List.of(
                BackboneRow.atMost(
                        part,
                        "processor time of Redis for a message, " + how + ": the script",
                        scripts.micros() / messages,
                        "µs",
                        most),
                BackboneRow.of(
                        part,
                        "the same with its sockets, its file and one node that reads",
                        done.cpuMicros() / messages,
                        "µs"),
                BackboneRow.of(part, "messages in a call", messages / scripts.calls(), ""));
    }

    private List<BackboneRow> durable() throws IOException {
        List<BackboneRow> rows = new ArrayList<>();
        Path archive = folder.resolve("durable");
        rows.add(durable("archive in a folder", archived(archive), 20_000));
        delete(archive);
        if (postgresUrl == null) {
            progress.say("  PostgreSQL is left out: no --postgres-url");
        } else {
            List<String> settings =
                    List.of(
                            "--set",
                            "highwater.node=" + ARCHIVE_NODE,
                            "--set",
                            "highwater.archive.url=" + postgresUrl);
            rows.add(durable("archive in PostgreSQL", settings, 5_000));
        }
        return rows;
    }

    private BackboneRow durable(String where, List<String> settings, double least)
            throws IOException {
        try (ServerProcess node = node(settings);
                PublishingLoad publishers =
                        publishers(node, DURABLE_CHANNELS, DURABLE_PUBLISHERS, "durable")) {
            publishers.publishAtSaturation(DURABLE_EACH, size.warmUp());
            long before = publishers.acknowledged();
            long begunNanos = ticker.nanoTime();
            publishers.publishAtSaturation(DURABLE_EACH, size.window());
            double perSecond =
                    (publishers.acknowledged() - before) * 1e9 / (ticker.nanoTime() - begunNanos);
            publishers.awaitAcknowledgements(DRAIN);
            requireSound(publishers.wrong());
            return BackboneRow.atLeast(
                    Part.DURABLE.word(),
                    "acknowledgements with the level durable, "
                            + where
                            + ", over "
                            + DURABLE_PUBLISHERS
                            + " WebSockets",
                    perSecond,
                    "per second",
                    least);
        }
    }

    private static List<String> archived(Path archive) {
        return List.of(
                "--set",
                "highwater.node=" + ARCHIVE_NODE,
                "--set",
                "highwater.archive.url=file:" + archive);
    }

    private List<BackboneRow> recovery() throws IOException {
        String word = Part.RECOVERY.word();
        BackboneMessage message = new BackboneMessage(DATA_BYTES);
        try (ServerProcess node = node(redis.settings("a", newPrefix()));
                PublishingLoad publishers = publishers(node, RECOVERY_CHANNELS, 1, "log");
                RecoveryLoad back = new RecoveryLoad(ticker, message, RECOVERY_CHANNELS, MISSED)) {
            publishers.publishToAll(1, LIMIT);
            back.connect(node.port(), size.clients(), LIMIT);
            back.lookUpCursors(LIMIT);
            publishers.publishToAll(MISSED, LIMIT);
            RedisLoad before = redis.load();
            double seconds = back.recoverAll(LIMIT) / 1e9;
            RedisLoad done = redis.load().since(before);
            requireSound(back.wrong());
            String what = size.clients() + " clients that missed " + MISSED + " messages each";
            return List.of(
                    BackboneRow.atMost(word, what + ", until all have them", seconds, "s", 2),
                    BackboneRow.atMost(word, "reads of Redis for them", done.reads(), "", 0));
        }
    }

    private List<BackboneRow> start() throws IOException {
        String word = Part.START.word();
        Path archive = folder.resolve("start");
        make(archive);
        List<BackboneRow> rows = new ArrayList<>();
        String what = String.format("ready with an archive of %,d messages", size.archived());
        rows.add(BackboneRow.atMost(word, what, secondsToStart(archived(archive)), "s", 5));
        rows.add(BackboneRow.of(word, "ready without an archive", secondsToStart(List.of()), "s"));
        rows.add(
                BackboneRow.of(
                        word, "size of the archive", bytesIn(archive) / (1024 * 1024.0), "MiB"));
        delete(archive);
        return rows;
    }

    /** By the archive's own writer, in a process of its own. */
    private void make(Path archive) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(launcher.jvmOptions(HeapSize.WORK));
        command.addAll(checkout.engine("ArchiveMaker"));
        command.addAll(List.of(archive.toString(), ARCHIVE_NODE, "" + size.archived()));
        Process maker = new ProcessBuilder(command).redirectErrorStream(true).start();
        String last = "";
        try (BufferedReader lines = maker.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                progress.say("  " + line);
                last = line;
            }
            if (maker.waitFor() != 0) {
                throw new BenchException("the archive could not be made: " + last);
            }
        } catch (InterruptedException e) {
            maker.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while the archive was made", e);
        }
    }

    private double secondsToStart(List<String> settings) throws IOException {
        long begunNanos = ticker.nanoTime();
        try (ServerProcess node = node(settings)) {
            return (ticker.nanoTime() - begunNanos) / 1e9;
        }
    }

    private static long bytesIn(Path archive) throws IOException {
        try (Stream<Path> files = Files.walk(archive.resolve("store"))) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static void delete(Path archive) throws IOException {
        try (Stream<Path> files = Files.walk(archive, new FileVisitOption[0])) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    private List<BackboneRow> fanout() throws IOException {
        Map<String, List<Figures>> turns = new LinkedHashMap<>();
        List<String> kinds = List.of("memory", "Redis", "archive");
        for (int round = 1; round <= size.rounds(); round++) {
            for (String kind : kinds) {
                progress.say("  round " + round + ": " + kind);
                turns.computeIfAbsent(kind, any -> new ArrayList<>()).add(fanoutTurn(kind));
            }
        }
        Map<String, Double> cpu = new LinkedHashMap<>();
        turns.forEach(
                (kind, figures) ->
                        cpu.put(
                                kind,
                                Figures.median(figures)
                                        .byName()
                                        .getOrDefault("cpuMicrosPerDeliveryAtRate", 0.0)));
        double local = cpu.getOrDefault("memory", 0.0);
        List<BackboneRow> rows = new ArrayList<>();
        rows.add(
                BackboneRow.of(
                        Part.FANOUT.word(),
                        "processor time of the node for a delivery to one of "
                                + MEMBERS
                                + " members, log in memory",
                        local,
                        "µs"));
        for (String kind : kinds.subList(1, kinds.size())) {
            rows.add(
                    BackboneRow.atMost(
                            Part.FANOUT.word(),
                            "the same with " + kind + ", over that",
                            cpu.getOrDefault(kind, 0.0) / local,
                            "",
                            1.1));
        }
        return rows;
    }

    private Figures fanoutTurn(String kind) throws IOException {
        Path archive = folder.resolve("fanout");
        List<String> settings =
                switch (kind) {
                    case "Redis" -> redis.settings("a", newPrefix());
                    case "archive" -> archived(archive);
                    default -> List.of();
                };
        FanoutWorkload workload =
                new FanoutWorkload(
                        ticker,
                        Carrier.HTTP1,
                        MEMBERS,
                        MEMBER_BYTES,
                        false,
                        FANOUT_RATE,
                        4,
                        size.warmUp(),
                        size.window(),
                        false);
        try (ServerProcess node = node(settings)) {
            Outcome outcome = workload.measure(node, Contestant.CHANNEL, line -> {});
            if (!outcome.sound()) {
                throw new BenchException("messages were lost or wrong in the fan-out");
            }
            return outcome.figures();
        } finally {
            if (Files.exists(archive)) {
                delete(archive);
            }
        }
    }
}
