package io.highwater.archive.postgres;

import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.queue.ArchiveThreads;
import io.highwater.archive.queue.WorkQueue;
import io.highwater.backbone.UnavailableException;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Answers questions of one kind on threads of its own. Bounded: a question that finds too many
 * before it fails, as does one that has waited too long. Thread-safe.
 */
final class ReadLane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReadLane.class);
    static final Duration RETRY_WHEN_CROWDED = Duration.ofMillis(200);

    /** Asks the database. */
    interface Question<T> {
        @Nullable T ask(Connection connection) throws SQLException;
    }

    /** Where the connections come from. */
    interface Connections {
        Connection take() throws SQLException;
    }

    private final String role;
    private final Connections connections;
    private final Database database;
    private final Reach reach;
    private final Timing timing;
    private final Ticker ticker;
    private final ArchiveObserver observer;
    private final LogLimit logs;
    private final ThreadPoolExecutor threads;

    /**
     * @param role of the threads
     * @param count of the threads, each of which takes a connection at a time
     * @param waiting how many questions may wait
     */
    ReadLane(
            String role,
            int count,
            int waiting,
            Connections connections,
            Database database,
            Reach reach,
            Timing timing,
            Ticker ticker,
            ArchiveObserver observer,
            LogLimit logs) {
        this.role = role;
        this.connections = connections;
        this.database = database;
        this.reach = reach;
        this.timing = timing;
        this.ticker = ticker;
        this.observer = observer;
        this.logs = logs;
        threads = ArchiveThreads.pool(role, count, waiting, new ThreadPoolExecutor.AbortPolicy());
    }

    <T> CompletionStage<T> ask(Question<T> question) {
        Asked<T> asked = new Asked<>(question, ticker.nanoTime());
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

    static UnavailableException closed() {
        return new UnavailableException("the archive is closed", WorkQueue.RETRY_AFTER);
    }

    private final class Asked<T> implements Runnable {
        private final Question<T> question;
        private final long sinceNanos;
        private final CompletableFuture<T> answer = new CompletableFuture<>();

        Asked(Question<T> question, long nowNanos) {
            this.question = question;
            this.sinceNanos = nowNanos;
        }

        @Override
        public void run() {
            String problem = reach.settle();
            if (problem == null && ticker.nanoTime() - sinceNanos > 2 * timing.read().toNanos()) {
                problem = "the archive is too slow: the question has waited too long";
            }
            if (problem != null) {
                fail(new UnavailableException(problem, WorkQueue.RETRY_AFTER));
                return;
            }
            try {
                T value = askTwice();
                logs.tell("archive", () -> observer.onRead(ticker.nanoTime() - sinceNanos));
                answer.complete(value);
            } catch (SQLException | RuntimeException | Error e) {
                String why = "the archive cannot be read: " + database.text(e);
                logs.say(
                        LOG,
                        Level.ERROR,
                        "archive_read_failed",
                        e instanceof SQLException ? Reach.withoutTrace(why) : e);
                logs.tell("archive", observer::onReadFailed);
                fail(new UnavailableException(why, WorkQueue.RETRY_AFTER));
            }
        }

        /** A connection that broke says little of the server. */
        private @Nullable T askTwice() throws SQLException {
            try {
                return askOnce();
            } catch (SQLException e) {
                reach.failed(e);
                if (!SqlFailure.isOfConnection(e) || reach.settle() != null) {
                    throw e;
                }
            }
            try {
                return askOnce();
            } catch (SQLException e) {
                reach.failed(e);
                throw e;
            }
        }

        private @Nullable T askOnce() throws SQLException {
            try (Connection connection = connections.take()) {
                return question.ask(connection);
            }
        }

        void fail(UnavailableException why) {
            answer.completeExceptionally(why);
        }
    }

    /** Questions that wait fail; those being answered are waited for, for a bounded time. */
    @Override
    public void close() {
        threads.shutdown();
        List<Runnable> unanswered = new ArrayList<>();
        threads.getQueue().drainTo(unanswered);
        for (Runnable waiting : unanswered) {
            if (waiting instanceof ReadLane.Asked<?> asked) {
                asked.fail(closed());
            }
        }
        ArchiveThreads.awaitEnd(threads, role);
    }
}
