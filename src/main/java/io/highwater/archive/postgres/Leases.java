package io.highwater.archive.postgres;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.ArchiveObserver;
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
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
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

    private static final String TAKE =
            """
            INSERT INTO shard AS s (origin, shard, token, owner, expires)
            SELECT origin, shard, token, ?, clock_timestamp() + make_interval(secs => ?)
            FROM unnest(?::text[], ?::int[], ?::bigint[]) AS asked (origin, shard, token)
            ORDER BY origin, shard
            ON CONFLICT (origin, shard) DO UPDATE
            SET token = excluded.token, owner = excluded.owner, expires = excluded.expires
            WHERE s.expires <= clock_timestamp() OR s.owner = excluded.owner
            RETURNING origin, shard, token, generation, sequence
            """;

    private static final String OWNERS =
            """
            SELECT s.origin, s.shard, s.owner, (extract(epoch FROM s.expires) * 1000000)::bigint,
                (extract(epoch FROM s.expires - clock_timestamp()) * 1000)::bigint
            FROM unnest(?::text[], ?::int[]) AS asked (origin, shard)
            JOIN shard AS s USING (origin, shard)
            """;

    private static final String RENEW =
            """
            UPDATE shard SET expires = clock_timestamp() + make_interval(secs => ?)
            WHERE owner = ?
            RETURNING origin, shard
            """;

    private static final String RETAKE =
            """
            UPDATE shard AS s
            SET token = asked.token, expires = clock_timestamp() + make_interval(secs => ?)
            FROM unnest(?::text[], ?::int[], ?::bigint[]) AS asked (origin, shard, token)
            WHERE s.origin = asked.origin AND s.shard = asked.shard AND s.owner = ?
            RETURNING s.origin, s.shard, s.token, s.generation, s.sequence
            """;

    private static final String GIVE_BACK =
            """
            UPDATE shard AS s SET owner = '', expires = '-infinity'
            FROM unnest(?::text[], ?::int[]) AS asked (origin, shard)
            WHERE s.origin = asked.origin AND s.shard = asked.shard AND s.owner = ?
            """;

    private static final int TASKS = 4_096;

    record Name(String origin, int shard) {
        private static Name read(ResultSet row) throws SQLException {
            return new Name(row.getString(1), row.getInt(2));
        }
    }

    /** Somebody who wants a lease. Confined to the thread of the leases, but for its future. */
    private static final class Request {
        private final Name name;
        private final long deadlineNanos;
        private final CompletableFuture<Lease> answer = new CompletableFuture<>();

        /** When the lease of its owner ended when it was seen first, in µs since 1970. */
        private @Nullable Long seenEnd;

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

    /** Of this archive in this life: another process of the same node is another owner. */
    private final String owner;

    private final ThreadPoolExecutor thread;

    @GuardedBy("this")
    private final Map<Name, Lease> held = new HashMap<>();

    /** Those who wait for a lease: for the next attempt, or for its owner to let it go. */
    @GuardedBy("this")
    private final List<Request> requests = new ArrayList<>();

    @GuardedBy("this")
    private final Set<Name> requested = new HashSet<>();

    @GuardedBy("this")
    private boolean closed;

    private final Timer again = new Again();

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
        owner = node + "/" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        thread = ArchiveThreads.pool(ROLE, 1, TASKS, new ThreadPoolExecutor.AbortPolicy());
    }

    /**
     * Takes a lease. If another archive has it, waits for its end, or until that one has renewed
     * it.
     */
    CompletableFuture<Lease> take(String origin, int shard) {
        Request request =
                new Request(
                        new Name(origin, shard), ticker.nanoTime() + 2 * timing.lease().toNanos());
        synchronized (this) {
            if (closed) {
                request.answer.completeExceptionally(unavailable("the archive is closed"));
                return request.answer;
            }
            if (held.containsKey(request.name) || !requested.add(request.name)) {
                request.answer.completeExceptionally(
                        unavailable("shard " + shard + " of " + origin + " has a writer already"));
                return request.answer;
            }
            requests.add(request);
        }
        execute(this::takeAll);
        return request.answer;
    }

    private static UnavailableException unavailable(String why) {
        return new UnavailableException(why, WorkQueue.RETRY_AFTER);
    }

    private boolean execute(Runnable task) {
        try {
            thread.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            // It was closed; or the thread is busy, and comes back to the requests after its tasks.
            return false;
        }
    }

    private void takeAll() {
        List<Request> asked;
        synchronized (this) {
            asked = List.copyOf(requests);
        }
        if (asked.isEmpty()) {
            return;
        }
        try {
            takeOrWait(asked);
        } catch (SQLException e) {
            if (SqlFailure.isOfConnection(e)) {
                reach.lost(e);
            }
            String why = "the lease cannot be taken: " + database.text(e);
            asked.forEach(request -> fail(request, why));
        } catch (RuntimeException | Error e) {
            logs.say(LOG, Level.ERROR, "archive_lease_failed", e);
            asked.forEach(request -> fail(request, "the lease cannot be taken: " + e));
        }
    }

    private void takeOrWait(List<Request> asked) throws SQLException {
        List<Request> others = new ArrayList<>(asked);
        try (Connection connection = database.forWrite()) {
            Map<Name, Lease> taken = take(connection, asked);
            for (Iterator<Request> all = others.iterator(); all.hasNext(); ) {
                Request request = all.next();
                Lease lease = taken.get(request.name);
                if (lease != null) {
                    all.remove();
                    grant(request, lease);
                }
            }
            if (!others.isEmpty()) {
                await(connection, others);
            }
        }
    }

    private Map<Name, Lease> take(Connection connection, List<Request> asked) throws SQLException {
        Map<Name, Lease> taken = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(TAKE)) {
            Parameters parameters = new Parameters(connection, statement);
            parameters.add(owner);
            parameters.add(leaseSeconds());
            parameters.addTexts(asked, request -> request.name.origin);
            parameters.addInts(asked, request -> request.name.shard);
            parameters.addLongs(asked, request -> newToken());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Name name = Name.read(row);
                    ShardState shard = new ShardState(name.origin, name.shard);
                    shard.reread(watermark(name, row));
                    taken.put(name, new Lease(shard, row.getLong(3)));
                }
            }
        }
        return taken;
    }

    private static @Nullable ShardPosition watermark(Name name, ResultSet row) throws SQLException {
        long generation = row.getLong(4);
        return row.wasNull() ? null : new ShardPosition(name.origin, generation, row.getLong(5));
    }

    private double leaseSeconds() {
        return timing.lease().toMillis() / 1_000.0;
    }

    /** Never the same again, even if the server loses its newest transactions. */
    private static long newToken() {
        return ThreadLocalRandom.current().nextLong();
    }

    private void grant(Request request, Lease lease) {
        synchronized (this) {
            requests.remove(request);
            requested.remove(request.name);
            held.put(request.name, lease);
        }
        request.answer.complete(lease);
    }

    private void fail(Request request, String why) {
        synchronized (this) {
            requests.remove(request);
            requested.remove(request.name);
        }
        request.answer.completeExceptionally(unavailable(why));
    }

    /** Those whose lease another archive has. */
    private void await(Connection connection, List<Request> asked) throws SQLException {
        Map<Name, Request> byName = new HashMap<>();
        asked.forEach(request -> byName.put(request.name, request));
        long leftMillis = timing.renewal().toMillis();
        try (PreparedStatement statement = connection.prepareStatement(OWNERS)) {
            Parameters parameters = new Parameters(connection, statement);
            parameters.addTexts(asked, request -> request.name.origin);
            parameters.addInts(asked, request -> request.name.shard);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Request request = byName.get(Name.read(row));
                    if (request != null) {
                        see(request, row.getString(3), row.getLong(4));
                        leftMillis = Math.min(leftMillis, Math.max(1, row.getLong(5)));
                    }
                }
            }
        }
        wheel.schedule(again, wheel.nowNanos() + Duration.ofMillis(leftMillis).toNanos());
    }

    private void see(Request request, String other, long end) {
        boolean renewed = request.seenEnd != null && request.seenEnd < end;
        request.seenEnd = end;
        if (renewed || ticker.nanoTime() - request.deadlineNanos > 0) {
            fail(
                    request,
                    "shard "
                            + request.name.shard
                            + " of "
                            + request.name.origin
                            + " is written by the node "
                            + other.substring(0, Math.max(0, other.lastIndexOf('/'))));
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
        List<Lease> own = new ArrayList<>();
        synchronized (this) {
            for (Lease lease : held.values()) {
                if (lease.isHeld() && WriteLanes.laneOf(lease.shard().number()) == lane) {
                    own.add(lease);
                }
            }
        }
        Set<Lease> retaken = new HashSet<>();
        Map<Name, Lease> byName = new HashMap<>();
        own.forEach(lease -> byName.put(nameOf(lease), lease));
        try (Connection connection = database.forWrite();
                PreparedStatement statement = connection.prepareStatement(RETAKE)) {
            Parameters parameters = new Parameters(connection, statement);
            parameters.add(leaseSeconds());
            parameters.addTexts(own, lease -> lease.shard().origin());
            parameters.addInts(own, lease -> lease.shard().number());
            parameters.addLongs(own, lease -> newToken());
            parameters.add(owner);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Name name = Name.read(row);
                    Lease lease = byName.get(name);
                    if (lease != null) {
                        lease.renew(row.getLong(3));
                        reread(lease, watermark(name, row));
                        retaken.add(lease);
                    }
                }
            }
        }
        for (Lease lease : own) {
            if (!retaken.contains(lease) && lease.isHeld()) {
                lose(lease);
            }
        }
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

    private static Name nameOf(Lease lease) {
        return new Name(lease.shard().origin(), lease.shard().number());
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
        List<Lease> renewed = new ArrayList<>();
        synchronized (this) {
            for (Lease lease : held.values()) {
                if (lease.isHeld()) {
                    renewed.add(lease);
                }
            }
        }
        if (renewed.isEmpty() || reach.problem() != null) {
            return;
        }
        try {
            Set<Name> ours = renewAll();
            for (Lease lease : renewed) {
                if (!ours.contains(nameOf(lease)) && lease.isHeld()) {
                    lose(lease);
                }
            }
        } catch (SQLException e) {
            if (SqlFailure.isOfConnection(e)) {
                reach.lost(e);
            }
            logs.say(
                    LOG,
                    Level.WARN,
                    "archive_leases_not_renewed",
                    Reach.withoutTrace(database.text(e)));
        } catch (RuntimeException | Error e) {
            logs.say(LOG, Level.ERROR, "archive_leases_not_renewed", e);
        }
    }

    private Set<Name> renewAll() throws SQLException {
        Set<Name> ours = new HashSet<>();
        try (Connection connection = database.forWrite();
                PreparedStatement statement = connection.prepareStatement(RENEW)) {
            statement.setDouble(1, leaseSeconds());
            statement.setString(2, owner);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    ours.add(Name.read(row));
                }
            }
        }
        return ours;
    }

    /** Gives a lease back; blocks until the server knows, for a bounded time. */
    void giveBack(Lease lease) {
        boolean held = lease.isHeld();
        lease.giveBack();
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        boolean begun = held && execute(() -> giveBack(List.of(lease), done));
        try {
            if (begun) {
                done.get(timing.write().toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            // It ends by itself.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (this) {
                this.held.remove(nameOf(lease), lease);
            }
        }
    }

    private void giveBack(List<Lease> leases, CompletableFuture<@Nullable Void> done) {
        try {
            if (reach.problem() == null) {
                giveBack(leases);
            }
        } catch (SQLException | RuntimeException | Error e) {
            logs.say(
                    LOG,
                    Level.WARN,
                    "archive_lease_not_given_back",
                    Reach.withoutTrace(database.text(e)));
        } finally {
            done.complete(null);
        }
    }

    private void giveBack(List<Lease> leases) throws SQLException {
        try (Connection connection = database.forWrite();
                PreparedStatement statement = connection.prepareStatement(GIVE_BACK)) {
            Parameters parameters = new Parameters(connection, statement);
            parameters.addTexts(leases, lease -> lease.shard().origin());
            parameters.addInts(leases, lease -> lease.shard().number());
            parameters.add(owner);
            statement.executeUpdate();
        }
    }

    /** Gives all leases back, after the lanes have ended; blocks for a bounded time. */
    @Override
    public void close() {
        List<Request> waiting;
        List<Lease> rest = new ArrayList<>();
        synchronized (this) {
            closed = true;
            waiting = List.copyOf(requests);
            for (Lease lease : held.values()) {
                if (lease.isHeld()) {
                    rest.add(lease);
                }
            }
        }
        wheel.cancel(this);
        wheel.cancel(again);
        waiting.forEach(request -> fail(request, "the archive is closed"));
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
