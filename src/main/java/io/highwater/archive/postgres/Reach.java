package io.highwater.archive.postgres;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.ArchiveObserver;
import io.highwater.log.LogLimit;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Whether the server can be reached. Once it cannot, nobody asks it any more but a single check,
 * which is repeated after pauses until it succeeds. Thread-safe.
 */
final class Reach extends Timer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reach.class);

    private final Database database;
    private final Timing timing;
    private final TimerWheel wheel;
    private final Executor upkeep;
    private final Condition condition;
    private final ArchiveObserver observer;
    private final LogLimit logs;

    /** Why it cannot be reached; null while it can. */
    @GuardedBy("this")
    private @Nullable String lost;

    /** Checks that failed since it was lost. */
    @GuardedBy("this")
    private int attempts;

    @GuardedBy("this")
    private boolean closed;

    /**
     * @param upkeep runs the checks, which block
     */
    Reach(
            Database database,
            Timing timing,
            TimerWheel wheel,
            Executor upkeep,
            Condition condition,
            ArchiveObserver observer,
            LogLimit logs) {
        this.database = database;
        this.timing = timing;
        this.wheel = wheel;
        this.upkeep = upkeep;
        this.condition = condition;
        this.observer = observer;
        this.logs = logs;
    }

    /** Why the server cannot be reached; null while it can. */
    synchronized @Nullable String problem() {
        return lost;
    }

    /**
     * A statement failed. If it may be for want of a connection, the server counts as lost until a
     * check has succeeded; the first one comes at once.
     */
    void failed(SQLException cause) {
        if (!SqlFailure.isOfConnection(cause)) {
            return;
        }
        String why = explain(cause);
        synchronized (this) {
            if (lost != null || closed) {
                return;
            }
            lost = why;
            attempts = 0;
        }
        database.renewConnections();
        begin();
    }

    private void begin() {
        try {
            upkeep.execute(this::check);
        } catch (RejectedExecutionException e) {
            // It has much to do, or was closed.
            schedule();
        }
    }

    /** The driver's traces are long, say nothing more, and might quote what was sent. */
    static Exception withoutTrace(String why) {
        return new SQLException(why) {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Throwable fillInStackTrace() {
                return this;
            }
        };
    }

    private String explain(SQLException cause) {
        return "the database " + database.address() + " cannot be used: " + database.text(cause);
    }

    private synchronized void schedule() {
        if (!closed) {
            wheel.schedule(this, wheel.nowNanos() + timing.pause(attempts).toNanos());
        }
    }

    @Override
    protected void onDeadline(long nowNanos) {
        begin();
    }

    private void check() {
        String why = "the database " + database.address() + " cannot be checked";
        try {
            why = ask();
        } finally {
            if (why == null) {
                reached();
            } else {
                again(why);
            }
        }
    }

    /** Null; or why nothing can be written there. */
    private @Nullable String ask() {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT pg_is_in_recovery() OR"
                                        + " current_setting('transaction_read_only') = 'on'")) {
            boolean readOnly = row.next() && row.getBoolean(1);
            return readOnly ? "the database " + database.address() + " is read-only now" : null;
        } catch (SQLException e) {
            return explain(e);
        }
    }

    private void reached() {
        boolean wasAway;
        synchronized (this) {
            wasAway = attempts > 0;
            lost = null;
            notifyAll();
        }
        condition.reachable();
        if (wasAway) {
            LOG.atInfo().addKeyValue("database", database.address()).log("archive_reached");
        }
    }

    private void again(String why) {
        boolean isNew;
        synchronized (this) {
            isNew = attempts == 0;
            attempts++;
            lost = why;
            notifyAll();
        }
        condition.unreachable(why);
        logs.say(LOG, Level.ERROR, "archive_unreachable", withoutTrace(why));
        if (isNew) {
            logs.tell("archive", observer::onUnreachable);
        }
        schedule();
    }

    /** Waits until the server can be reached. False if that is not so after the time. */
    synchronized boolean await(long millis) throws InterruptedException {
        if (lost != null && !closed) {
            wait(millis);
        }
        return lost == null;
    }

    /**
     * Waits for the first check after a loss: mostly it was only one connection that broke.
     *
     * @return null; or why the server cannot be reached
     */
    synchronized @Nullable String settle() {
        if (lost != null && attempts == 0 && !closed) {
            try {
                wait(timing.longestPause().toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return lost;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        wheel.cancel(this);
    }
}
