package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.SharedArchive;
import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.backbone.ring.PendingBytes;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A node's log without what is above it; remembers what came. Thread-safe. */
final class LogNode implements AutoCloseable {
    static final Timing TIMING =
            new Timing(
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(2),
                    Duration.ofMillis(200),
                    Duration.ofMillis(200),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(15),
                    Duration.ofMillis(500),
                    Duration.ofMillis(20),
                    Duration.ofMillis(200));

    /** How patient a node is whose messages must not fail on a slow machine. */
    static final Timing PATIENT =
            new Timing(
                    TIMING.connect(),
                    TIMING.call(),
                    TIMING.block(),
                    Duration.ofSeconds(60),
                    TIMING.lease(),
                    TIMING.settle(),
                    TIMING.end(),
                    TIMING.cutOff(),
                    TIMING.check(),
                    TIMING.firstRetry(),
                    TIMING.mostRetry());

    /** The channel of a test with one, and the shard whose gaps and generations are heard. */
    static final String CHANNEL = "room.42";

    static final int WATCHED_SHARD = ShardKeys.shardOf(CHANNEL);

    private static final long GUARD_SECONDS = 60;

    /** Entries, "late" ones, gaps and generations, as they came. */
    final List<String> heard = new CopyOnWriteArrayList<>();

    final List<Stored> entries = new CopyOnWriteArrayList<>();

    final CountingObserver counts = new CountingObserver();

    /** How far it was behind at its last checks. */
    final AtomicLong lag = counts.lag;

    /** Whether it is to read no more. */
    volatile boolean behind;

    /** Thrown when it is asked for that; null for nothing. */
    volatile @Nullable RuntimeException behindFault;

    private final RedisLog log;
    private final @Nullable SharedArchive archive;

    LogNode(String uri) {
        this(uri, Scripts.load(), PATIENT, StreamBounds.defaults(), null);
    }

    /** A node of another cluster of nodes. */
    static LogNode withPrefix(String uri, String prefix) {
        return new LogNode(uri, prefix, Scripts.load(), PATIENT, StreamBounds.defaults(), null);
    }

    /**
     * @param archive null for none; closed with the node
     */
    LogNode(
            String uri,
            Scripts scripts,
            Timing timing,
            StreamBounds bounds,
            @Nullable SharedArchive archive) {
        this(uri, "test", scripts, timing, bounds, archive);
    }

    private LogNode(
            String uri,
            String prefix,
            Scripts scripts,
            Timing timing,
            StreamBounds bounds,
            @Nullable SharedArchive archive) {
        this.archive = archive;
        log =
                new RedisLog(
                        new RedisLog.Parts(
                                RedisAddress.parse(uri),
                                prefix,
                                "node of a test",
                                "local",
                                scripts,
                                timing,
                                bounds,
                                archive,
                                new PendingBytes(Ledger.unbounded().book(Account.RINGS)),
                                new PendingBytes(Ledger.unbounded().book(Account.RINGS)),
                                this::isBehind,
                                Ticker.system(),
                                counts,
                                LogLimit.none()),
                        Heard::new);
    }

    private boolean isBehind() {
        RuntimeException fault = behindFault;
        if (fault != null) {
            throw fault;
        }
        return behind;
    }

    LogNode start() throws Exception {
        try {
            if (archive != null) {
                archive.start().toCompletableFuture().get(GUARD_SECONDS, TimeUnit.SECONDS);
            }
            log.start(Duration.ofMinutes(2), 100 << 20)
                    .toCompletableFuture()
                    .get(GUARD_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
        return this;
    }

    RedisShard shard(String channel) {
        return log.shard(ShardKeys.shardOf(channel));
    }

    @Nullable String trouble() {
        return log.trouble();
    }

    CompletableFuture<Appended> tryAppend(String channel, String msgId) {
        return tryAppend(channel, msgId, null, null);
    }

    CompletableFuture<Appended> tryAppend(String channel, String msgId, Payer payer) {
        return tryAppend(channel, msgId, payer, null);
    }

    CompletableFuture<Appended> tryAppend(String channel, String msgId, Position after) {
        return tryAppend(channel, msgId, null, after);
    }

    private CompletableFuture<Appended> tryAppend(
            String channel, String msgId, @Nullable Payer payer, @Nullable Position after) {
        byte[] data = "{}".getBytes(UTF_8);
        Draft draft = new Draft(channel, "p", msgId, null, false, data, payer, after);
        return shard(channel).append(draft).toCompletableFuture();
    }

    Appended append(String channel, String msgId) throws Exception {
        return tryAppend(channel, msgId).get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    void awaitHeard(String... all) {
        await().untilAsserted(() -> assertThat(heard).containsExactly(all));
    }

    @Override
    public void close() {
        log.close();
        if (archive != null) {
            log.awaitEnd();
            archive.close();
        }
    }

    private final class Heard implements ShardSink {
        private final boolean watched;

        private Heard(int shard) {
            watched = shard == WATCHED_SHARD;
        }

        @Override
        public void onBegin(StreamId first) {}

        @Override
        public void onEntry(Stored entry, long appendedNanos, @Nullable Payer payer) {
            entries.add(entry);
            heard.add(entry.msgId());
        }

        @Override
        public void onLate(Stored entry, long nowNanos) {
            heard.add("late " + entry.msgId());
        }

        @Override
        public void onGap(StreamId from, StreamId to) {
            if (watched) {
                heard.add("gap of " + (to.sequence() - from.sequence()));
            }
        }

        @Override
        public void onGeneration(long generation) {
            if (watched) {
                heard.add("generation");
            }
        }

        @Override
        public void onPause() {}
    }
}
