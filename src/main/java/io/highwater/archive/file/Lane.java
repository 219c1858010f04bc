package io.highwater.archive.file;

import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.queue.ArchiveThreads;
import io.highwater.archive.queue.WorkQueue;
import io.highwater.backbone.UnavailableException;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Answers questions on threads of its own, so that one kind does not wait behind another. Bounded:
 * a question that finds too many before it fails, as does one that has waited too long.
 * Thread-safe.
 */
final class Lane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final Duration RETRY_WHEN_CROWDED = Duration.ofMillis(200);

    /** Nobody waits any longer for an answer. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    /** Asks a store, of which the lane holds a use. */
    interface Question<T> {
        @Nullable T ask(Store store) throws RocksDBException;
    }

    private final String role;
    private final CurrentStore current;
    private final Ticker ticker;
    private final ArchiveObserver observer;
    private final LogLimit logs;
    private final ThreadPoolExecutor threads;

    /**
     * @param threads how many answer at once
     * @param waiting how many questions may wait
     */
    Lane(
            String role,
            int threads,
            int waiting,
            CurrentStore current,
            Ticker ticker,
            ArchiveObserver observer,
            LogLimit logs) {
        this.role = role;
        this.current = current;
        this.ticker = ticker;
        this.observer = observer;
        this.logs = logs;
        this.threads =
                ArchiveThreads.pool(role, threads, waiting, new ThreadPoolExecutor.AbortPolicy());
    }

    <T> CompletionStage<T> ask(Question<T> question) {
        Asked<T> asked = new Asked<>(question);
        try {
            threads.execute(asked);
        } catch (RejectedExecutionException e) {
            asked.fail(
                    threads.isShutdown()
                            ? closed()
                            : new UnavailableException(
                                    "the archive has too many questions to answer: "
                                            + threads.getQueue().size()
                                            + " wait",
                                    RETRY_WHEN_CROWDED));
        }
        return asked.answer;
    }

    private static UnavailableException closed() {
        return new UnavailableException("the archive is closed", WorkQueue.RETRY_AFTER);
    }

    private final class Asked<T> implements Runnable {
        private final Question<T> question;
        private final long sinceNanos = ticker.nanoTime();
        private final CompletableFuture<T> answer = new CompletableFuture<>();

        Asked(Question<T> question) {
            this.question = question;
        }

        @Override
        public void run() {
            if (ticker.nanoTime() - sinceNanos > LONGEST_WAIT.toNanos()) {
                fail(
                        new UnavailableException(
                                "the archive is too slow: the question has waited too long",
                                WorkQueue.RETRY_AFTER));
                return;
            }
            Store store = current.acquire();
            if (store == null) {
                fail(
                        new UnavailableException(
                                "the archive is not open at present", WorkQueue.RETRY_AFTER));
                return;
            }
            try {
                T value;
                try {
                    value = question.ask(store);
                } finally {
                    store.release();
                }
                logs.tell("archive", () -> observer.onRead(ticker.nanoTime() - sinceNanos));
                answer.complete(value);
            } catch (RocksDBException | RuntimeException | Error e) {
                logs.say(LOG, Level.ERROR, "archive_read_failed", e, "thread", role);
                fail(
                        new UnavailableException(
                                "the archive cannot be read: " + e.getMessage(),
                                WorkQueue.RETRY_AFTER));
            }
        }

        void fail(UnavailableException why) {
            logs.tell("archive", observer::onReadFailed);
            answer.completeExceptionally(why);
        }
    }

    /** Questions that wait fail; the one being answered is waited for, for a bounded time. */
    @Override
    public void close() {
        threads.shutdown();
        List<Runnable> unanswered = new ArrayList<>();
        threads.getQueue().drainTo(unanswered);
        for (Runnable waiting : unanswered) {
            if (waiting instanceof Lane.Asked<?> asked) {
                asked.fail(closed());
            }
        }
        ArchiveThreads.awaitEnd(threads, role);
    }
}
