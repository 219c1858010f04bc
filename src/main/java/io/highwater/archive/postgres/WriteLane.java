package io.highwater.archive.postgres;

import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.queue.Work;
import io.highwater.archive.queue.WorkQueue;
import io.highwater.backbone.UnavailableException;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes the entries of a part of the shards: all that has gathered goes into one transaction.
 * While the server syncs, the next one gathers. Confined to its thread, but for the queue and
 * {@link #end}.
 *
 * <p>When a write fails, nobody knows whether it took effect. The lane then takes all leases anew,
 * which waits for the end of that transaction, fences it off, and tells how far the shards are.
 */
final class WriteLane implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(WriteLane.class);

    private final int number;
    private final WorkQueue<PostgresWork> queue;
    private final Database database;
    private final Reach reach;
    private final Leases leases;
    private final Partitions partitions;
    private final Timing timing;
    private final Condition condition;
    private final Ticker ticker;
    private final Executor completing;
    private final ArchiveObserver observer;
    private final LogLimit logs;

    private final CountDownLatch ending = new CountDownLatch(1);

    /** Writes and recoveries that failed since the last write that succeeded. */
    private int failures;

    /** The last failure was a full disk: whether there is room again, only a write tells. */
    private boolean full;

    /**
     * @param completing runs tasks one at a time and in order; it completes the stages
     */
    WriteLane(
            int number,
            long maxBytes,
            Database database,
            Reach reach,
            Leases leases,
            Partitions partitions,
            Timing timing,
            Condition condition,
            Ticker ticker,
            Executor completing,
            ArchiveObserver observer,
            LogLimit logs) {
        this.number = number;
        this.queue =
                new WorkQueue<>(
                        maxBytes,
                        ticker,
                        change -> logs.tell("archive", () -> observer.onWaiting(change)));
        this.database = database;
        this.reach = reach;
        this.leases = leases;
        this.partitions = partitions;
        this.timing = timing;
        this.condition = condition;
        this.ticker = ticker;
        this.completing = completing;
        this.observer = observer;
        this.logs = logs;
    }

    WorkQueue<PostgresWork> queue() {
        return queue;
    }

    /** Writes what waits, and nothing after that. */
    void end() {
        ending.countDown();
        queue.end();
    }

    @Override
    public void run() {
        try {
            List<PostgresWork> group = queue.take();
            while (!group.isEmpty()) {
                if (!write(group)) {
                    recover();
                }
                group = queue.take();
            }
        } catch (InterruptedException e) {
            // Only its owner interrupts it, after it has waited for the end long enough.
            Thread.currentThread().interrupt();
        }
    }

    /** False if it is not known whether it is written. */
    private boolean write(List<PostgresWork> group) {
        long begun = ticker.nanoTime();
        Commit commit = new Commit();
        try {
            for (PostgresWork work : group) {
                add(work, commit);
            }
            if (!commit.isEmpty()) {
                settle(group, commit, write(commit));
            }
        } catch (SQLException | RuntimeException | Error e) {
            fail(group, commit, e);
            return false;
        }
        written(group, commit, begun);
        return true;
    }

    private static void add(PostgresWork work, Commit commit) {
        Exception refusal = work.lease().lost();
        if (refusal == null) {
            refusal = work.addTo(commit);
        }
        if (refusal != null) {
            work.refuse(refusal);
        }
    }

    private Set<Lease> write(Commit commit) throws SQLException {
        try {
            return writeOnce(commit);
        } catch (SQLException e) {
            if (!SqlFailure.isOfPartition(e)) {
                throw e;
            }
            // No upkeep has run for days, or a node's clock is far off.
            partitions.make(commit.days());
            return writeOnce(commit);
        }
    }

    private Set<Lease> writeOnce(Commit commit) throws SQLException {
        try (Connection connection = database.forWrite()) {
            return commit.write(connection, timing.lease());
        }
    }

    private void settle(List<PostgresWork> group, Commit commit, Set<Lease> lost) {
        for (Lease lease : commit.leases()) {
            if (lost.contains(lease)) {
                lease.shard().forget();
                leases.lose(lease);
            } else {
                lease.shard().written();
            }
        }
        for (PostgresWork work : group) {
            Exception refusal = work.lease().lost();
            if (refusal != null && lost.contains(work.lease())) {
                work.refuse(refusal);
            }
        }
    }

    private void written(List<PostgresWork> group, Commit commit, long begun) {
        if (!commit.isEmpty()) {
            failures = 0;
            succeeded();
        }
        long now = ticker.nanoTime();
        logs.tell(
                "archive",
                () ->
                        observer.onWritten(
                                commit.entries(),
                                group.stream().mapToLong(Work::bytes).sum(),
                                now - begun,
                                now - group.get(0).sinceNanos()));
        complete(group);
    }

    private void succeeded() {
        full = false;
        if (condition.writesSucceed(number)) {
            LOG.atInfo().addKeyValue("database", database.address()).log("archive_recovered");
        }
    }

    private void fail(List<PostgresWork> group, Commit commit, Throwable cause) {
        failures++;
        full = SqlFailure.isFull(cause);
        if (cause instanceof SQLException sql) {
            reach.failed(sql);
        }
        commit.leases().forEach(lease -> lease.shard().forget());
        String why = explain(cause);
        condition.writesFail(number, why);
        List<PostgresWork> failed = new ArrayList<>(group);
        // They came before anybody could know of the failure, so they may not take effect either.
        failed.addAll(queue.shut(why));
        for (PostgresWork work : failed) {
            if (!work.isRefused()) {
                work.refuse(new UnavailableException(why, WorkQueue.RETRY_AFTER));
            }
        }
        complete(failed);
        logs.say(
                LOG,
                Level.ERROR,
                "archive_write_failed",
                cause instanceof SQLException ? Reach.withoutTrace(why) : cause,
                "database",
                database.address());
        logs.tell("archive", observer::onWriteFailed);
    }

    private String explain(Throwable cause) {
        return SqlFailure.isFull(cause)
                ? "the disk of the database " + database.address() + " is full"
                : "the database "
                        + database.address()
                        + " cannot be written: "
                        + database.text(cause);
    }

    /** Blocks until entries can be written again, or the lane is to end. */
    private void recover() throws InterruptedException {
        // The first attempt comes at once: often it was only this connection.
        long pause = failures == 1 ? 0 : timing.pause(failures).toMillis();
        while (!ending.await(pause, TimeUnit.MILLISECONDS)) {
            if (!reach.await(timing.longestPause().toMillis())) {
                // Its check makes the pauses.
                pause = 0;
            } else if (recovered()) {
                queue.open();
                return;
            } else {
                failures++;
                pause = reach.problem() == null ? timing.pause(failures).toMillis() : 0;
            }
        }
    }

    private boolean recovered() {
        try {
            leases.retake(number);
            if (!full) {
                succeeded();
            }
            return true;
        } catch (SQLException e) {
            full |= SqlFailure.isFull(e);
            reach.failed(e);
            condition.writesFail(number, explain(e));
            return false;
        } catch (RuntimeException | Error e) {
            logs.say(LOG, Level.ERROR, "archive_not_recovered", e);
            return false;
        }
    }

    private void complete(List<PostgresWork> group) {
        completing.execute(
                () -> {
                    try {
                        group.forEach(PostgresWork::complete);
                    } finally {
                        queue.release(group);
                    }
                });
    }
}
