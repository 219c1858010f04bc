package io.highwater.backbone.redis;

import io.highwater.archive.SharedArchive;
import io.highwater.backbone.ShardPosition;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the shards of a node share to have their entries archived. Thread-safe. */
final class LogArchive implements AutoCloseable {
    private final ArchiveParts parts;

    /** Gives leases back, which may block. */
    private final LoopThread leases;

    /**
     * @param loop runs the questions how far the archive is
     * @param answers told of the answers
     */
    LogArchive(
            SharedArchive archive,
            RedisLog.Parts log,
            ShardLoop loop,
            Consumer<Map<Integer, ShardPosition>> answers) {
        leases = new LoopThread("highwater-log-leases", log.ticker(), log.logs());
        parts =
                new ArchiveParts(
                        archive,
                        new ArchivedForm(archive, log.origin()),
                        log.tails(),
                        new CatchUps(),
                        new WatermarkPoll(
                                archive,
                                log.origin(),
                                loop,
                                log.timing().backoff(new SplittableRandom()),
                                log.logs(),
                                answers),
                        leases);
    }

    ArchiveParts parts() {
        return parts;
    }

    /** Completes when the shards have been told how far they are archived. */
    CompletionStage<@Nullable Void> start() {
        return parts.watermarks().start();
    }

    /** Takes no more leases to give back. */
    @Override
    public void close() {
        leases.close();
    }

    /** Waits until all leases were given back, for a bounded time. */
    void awaitEnd() {
        leases.awaitEnd();
    }
}
