package io.highwater.archive.postgres;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.postgres.LeaseTable.Name;
import io.highwater.archive.postgres.LeaseTable.Other;
import io.highwater.archive.postgres.LeaseTable.Taken;
import io.highwater.archive.queue.ArchiveThreads;
import io.highwater.archive.queue.ShardState;
import io.highwater.archive.queue.WorkQueue;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The leases of this archive: takes them, renews them, gives them back. A lease is a row of the
 * table shard, with an end by the server's clock. Whoever has the row's token may write, even after
 * the end: the end only says when another archive may take the row and give it another token.
 * Thread-safe.
 */
final class Leases extends Timer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
    private static final String ROLE = "leases";
    private static final int TASKS = 4_096;

    /** Somebody who wants a lease. Confined to the thread of the leases, but for its future. */
    private static final class Request {
        private final Name name;
        private final long deadlineNanos;
        private final CompletableFuture<Lease> answer = new CompletableFuture<>();

        /** When the lease of its owner ended when it was seen first. */
        private @Nullable Long seenEndMicros;

        Request(Name name, long deadlineNanos) {
            this.name = name;
            this.deadlineNanos = deadlineNanos;
        }
    }

    private final Database database;
    private final Reach reach;
    private final Timing timing;
    private final Ticker ticker;
    private final TimerWheel wheel;
    private final ArchiveObserver observer;
    private final LogLimit logs;
    private final LeaseTable table;
    private final ThreadPoolExecutor thread;
    private final Timer again = new Again();

    @GuardedBy("this")
    private final Map<Name, Lease> held = new HashMap<>();

    /** Those who wait for a lease: for the next attempt, or for its owner to let it go. */
    @GuardedBy("this")
    private final Map<Name, Request> requests = new LinkedHashMap<>();

    @GuardedBy("this")
    private boolean closed;

    Leases(
            Database database,
            String node,
            Reach reach,
            Timing timing,
            Ticker ticker,
            TimerWheel wheel,
            ArchiveObserver observer,
            LogLimit logs) {
        this.database = database;
        this.reach = reach;
        this.timing = timing;
        this.ticker = ticker;
        this.wheel = wheel;
        this.observer = observer;
        this.logs = logs;
        // Of this archive in this life: another process of the same node is another owner.
        String owner = node + "/" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        table = new LeaseTable(owner, timing.lease());
        thread = ArchiveThreads.pool(ROLE, 1, TASKS, new ThreadPoolExecutor.AbortPolicy());
    }

    /**
     * Takes a lease. If another archive has it, waits for its end, or until that one has renewed
     * it.
     */
    CompletableFuture<Lease> take(String origin, int shard) {
        Name name = new Name(origin, shard);
        Request request = new Request(name, ticker.nanoTime() + 2 * timing.lease().toNanos());
        String refusal = enter(name, request);
        if (refusal != null) {
            request.answer.completeExceptionally(unavailable(refusal));
        } else {
            execute(this::takeAll);
        }
        return request.answer;
    }

    private synchronized @Nullable String enter(Name name, Request request) {
        if (closed) {
            return "the archive is closed";
        } else if (held.containsKey(name) || requests.containsKey(name)) {
            return "shard " + name.shard() + " of " + name.origin() + " has a writer already";
        }
        requests.put(name, request);
        return null;
    }

    private static UnavailableException unavailable(String why) {
        return new UnavailableException(why, WorkQueue.RETRY_AFTER);
    }

    private boolean execute(Runnable task) {
        try {
            thread.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            // It was closed; or its many tasks are of the same kind.
            return false;
        }
    }

    private void takeAll() {
        Map<Name, Request> asked;
        synchronized (this) {
            asked = new LinkedHashMap<>(requests);
        }
        if (asked.isEmpty()) {
            return;
        }
        String problem = reach.settle();
        try {
            if (problem == null) {
                takeOrWait(asked);
            }
        } catch (SQLException e) {
            reach.failed(e);
            problem = "the lease cannot be taken: " + database.text(e);
        } catch (RuntimeException | Error e) {
            logs.say(LOG, Level.ERROR, "archive_lease_failed", e);
            problem = "the lease cannot be taken: " + e;
        }
        if (problem != null) {
            for (Request request : asked.values()) {
                fail(request, problem);
            }
        }
    }

    private void takeOrWait(Map<Name, Request> asked) throws SQLException {
        try (Connection connection = database.forWrite()) {
            for (Taken taken : table.take(connection, asked.keySet())) {
                Request request = asked.remove(taken.name());
                if (request != null) {
                    grant(request, taken);
                }
            }
            if (!asked.isEmpty()) {
                await(connection, asked);
            }
        }
    }

    private void grant(Request request, Taken taken) {
        ShardState shard = new ShardState(taken.name().origin(), taken.name().shard());
        shard.reread(taken.watermark());
        Lease lease = new Lease(shard, taken.token());
        synchronized (this) {
            requests.remove(request.name, request);
            held.put(request.name, lease);
        }
        request.answer.complete(lease);
    }

    private void fail(Request request, String why) {
        synchronized (this) {
            requests.remove(request.name, request);
        }
        request.answer.completeExceptionally(unavailable(why));
    }

    /** Those whose lease another archive has. */
    private void await(Connection connection, Map<Name, Request> asked) throws SQLException {
        long leftMillis = timing.renewal().toMillis();
        for (Other other : LeaseTable.others(connection, asked.keySet())) {
            Request request = asked.get(other.name());
            if (request != null) {
                see(request, other);
                leftMillis = Math.min(leftMillis, Math.max(1, other.leftMillis()));
            }
        }
        wheel.schedule(again, wheel.nowNanos() + Duration.ofMillis(leftMillis).toNanos());
    }

    private void see(Request request, Other other) {
        Long before = request.seenEndMicros;
        request.seenEndMicros = other.endMicros();
        boolean renewed = before != null && before < other.endMicros();
        if (renewed || ticker.nanoTime() - request.deadlineNanos > 0) {
            String node = other.owner();
            fail(
                    request,
                    "shard "
                            + request.name.shard()
                            + " of "
                            + request.name.origin()
                            + " is written by the node "
                            + node.substring(0, Math.max(0, node.lastIndexOf('/'))));
        }
    }

    /** Another archive has it: nothing is written any more. */
    void lose(Lease lease) {
        if (lease.lost() == null) {
            lease.lose();
            LOG.atWarn()
                    .addKeyValue("origin", lease.shard().origin())
                    .addKeyValue("shard", lease.shard().number())
                    .log("archive_lease_lost");
            logs.tell("archive", observer::onLeaseLost);
        }
    }

    /**
     * Takes the leases of a lane anew, and reads how far its shards are. Called by the lane's
     * thread. A transaction that is still under way is over when this returns, or has no effect.
     */
    void retake(int lane) throws SQLException {
        Map<Name, Lease> own = held(lease -> WriteLanes.laneOf(lease.shard().number()) == lane);
        try (Connection connection = database.forWrite()) {
            for (Taken taken : table.retake(connection, own.keySet())) {
                Lease lease = own.remove(taken.name());
                if (lease != null) {
                    lease.renew(taken.token());
                    reread(lease, taken.watermark());
                }
            }
        }
        own.values().stream().filter(Lease::isHeld).forEach(this::lose);
    }

    private synchronized Map<Name, Lease> held(Predicate<Lease> which) {
        Map<Name, Lease> found = new HashMap<>();
        held.forEach(
                (name, lease) -> {
                    if (lease.isHeld() && which.test(lease)) {
                        found.put(name, lease);
                    }
                });
        return found;
    }

    /** A server that a standby has replaced, or a backup, may lack what it had acknowledged. */
    private void reread(Lease lease, @Nullable ShardPosition found) {
        ShardPosition archived = lease.shard().archived();
        if (archived != null && (found == null || ShardState.isAfter(archived, found))) {
            LOG.atError()
                    .addKeyValue("database", database.address())
                    .addKeyValue("shard", lease.shard().number())
                    .addKeyValue("acknowledged", archived)
                    .addKeyValue("found", found)
                    .log("archive_has_lost_entries");
        }
        lease.shard().reread(found);
    }

    /** Renews the leases from time to time, from now on. */
    void schedule() {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        wheel.schedule(this, wheel.nowNanos() + timing.renewal().toNanos());
    }

    @Override
    protected void onDeadline(long nowNanos) {
        execute(this::renew);
        schedule();
    }

    private void renew() {
        Map<Name, Lease> renewed = held(lease -> true);
        if (renewed.isEmpty() || reach.problem() != null) {
            return;
        }
        try (Connection connection = database.forWrite()) {
            Set<Name> own = table.renew(connection);
            renewed.forEach(
                    (name, lease) -> {
                        if (!own.contains(name) && lease.isHeld()) {
                            lose(lease);
                        }
                    });
        } catch (SQLException e) {
            reach.failed(e);
            logs.say(
                    LOG,
                    Level.WARN,
                    "archive_leases_not_renewed",
                    Reach.withoutTrace(database.text(e)));
        } catch (RuntimeException | Error e) {
            logs.say(LOG, Level.ERROR, "archive_leases_not_renewed", e);
        }
    }

    /** Gives a lease back; blocks until the server knows, for a bounded time. */
    void giveBack(Lease lease) {
        Name name = new Name(lease.shard().origin(), lease.shard().number());
        boolean wasHeld = lease.isHeld();
        lease.giveBack();
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        try {
            if (wasHeld && execute(() -> giveBack(Set.of(name), done))) {
                done.get(timing.write().toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            // It ends by itself.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (this) {
                held.remove(name, lease);
            }
        }
    }

    private void giveBack(Set<Name> names, CompletableFuture<@Nullable Void> done) {
        if (reach.problem() == null) {
            try (Connection connection = database.forWrite()) {
                table.giveBack(connection, names);
            } catch (SQLException | RuntimeException | Error e) {
                logs.say(
                        LOG,
                        Level.WARN,
                        "archive_lease_not_given_back",
                        Reach.withoutTrace(database.text(e)));
            }
        }
        done.complete(null);
    }

    /** Gives all leases back, after the lanes have ended; blocks for a bounded time. */
    @Override
    public void close() {
        List<Request> waiting;
        synchronized (this) {
            closed = true;
            waiting = List.copyOf(requests.values());
        }
        wheel.cancel(this);
        wheel.cancel(again);
        waiting.forEach(request -> fail(request, "the archive is closed"));
        Set<Name> rest = held(lease -> true).keySet();
        if (!rest.isEmpty()) {
            execute(() -> giveBack(rest, new CompletableFuture<>()));
        }
        thread.shutdown();
        ArchiveThreads.awaitEnd(thread, ROLE);
    }

    /** Asks again for those leases that others have. */
    private final class Again extends Timer {
        @Override
        protected void onDeadline(long nowNanos) {
            execute(Leases.this::takeAll);
        }
    }
}
