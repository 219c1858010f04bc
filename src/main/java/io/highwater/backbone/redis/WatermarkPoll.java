package io.highwater.backbone.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.SharedArchive;
import io.highwater.backbone.ShardPosition;
import io.highwater.log.LogLimit;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Asks the archive how far it has the shards of the log: one question for all shards, one at a
 * time, and only while some shard is behind. Thread-safe.
 *
 * <p>The archive is asked, and not Redis, since Redis may forget and the archive may not: what it
 * answers is true whatever happens to Redis in the meantime.
 */
final class WatermarkPoll {
    private static final Logger LOG = LoggerFactory.getLogger(WatermarkPoll.class);

    private final SharedArchive archive;
    private final String origin;
    private final ShardLoop loop;
    private final LogLimit logs;

    /** Told of each answer. */
    private final Consumer<Map<Integer, ShardPosition>> answers;

    @GuardedBy("this")
    private final Backoff backoff;

    /** A question is under way. */
    @GuardedBy("this")
    private boolean asking;

    /** When the next is asked, by the node's Ticker; only if there is one. */
    @GuardedBy("this")
    private long dueNanos;

    @GuardedBy("this")
    private boolean due;

    /** Rises with each question that is planned, so that only the last plan counts. */
    @GuardedBy("this")
    private int plans;

    WatermarkPoll(
            SharedArchive archive,
            String origin,
            ShardLoop loop,
            Backoff backoff,
            LogLimit logs,
            Consumer<Map<Integer, ShardPosition>> answers) {
        this.archive = archive;
        this.origin = origin;
        this.loop = loop;
        this.backoff = backoff;
        this.logs = logs;
        this.answers = answers;
    }

    /** Asks for the first time. */
    CompletionStage<@Nullable Void> start() {
        return archive.watermarks(origin).thenAccept(answers);
    }

    /** Some shard wants an answer that is at most so much older than now. */
    void want(Duration within) {
        int plan;
        synchronized (this) {
            long wanted = loop.nowNanos() + within.toNanos();
            if (due && wanted - dueNanos >= 0) {
                return;
            }
            due = true;
            dueNanos = wanted;
            if (asking) {
                return; // Its answer may be from before the question.
            }
            plan = ++plans;
        }
        loop.schedule(() -> ask(plan), within);
    }

    private void ask(int plan) {
        synchronized (this) {
            if (asking || !due || plan != plans) {
                return;
            }
            asking = true;
            due = false;
        }
        CompletionStage<Map<Integer, ShardPosition>> asked;
        try {
            asked = archive.watermarks(origin);
        } catch (RuntimeException | Error e) {
            asked = CompletableFuture.failedFuture(e);
        }
        var unused = asked.whenComplete(this::answered);
    }

    private void answered(
            @Nullable Map<Integer, ShardPosition> watermarks, @Nullable Throwable failure) {
        Duration pause;
        int plan;
        try {
            if (watermarks != null) {
                answers.accept(watermarks);
            } else {
                Throwable cause = failure == null ? new IllegalStateException() : failure;
                logs.say(LOG, Level.WARN, "watermarks_unknown", Link.cause(cause));
            }
        } finally {
            synchronized (this) {
                asking = false;
                if (watermarks == null) {
                    due = true;
                    pause = backoff.failed();
                    dueNanos = loop.nowNanos() + pause.toNanos();
                } else {
                    backoff.succeeded();
                    pause = Duration.ofNanos(Math.max(0, dueNanos - loop.nowNanos()));
                }
                plan = ++plans;
            }
        }
        loop.schedule(() -> ask(plan), pause);
    }
}
