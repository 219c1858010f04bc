package io.highwater.backbone.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.log.LogLimit;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session to Redis that is replaced when it breaks: closed by the other end, silent for too long,
 * or connected to a Redis that is a replica now. Thread-safe. Calls fail while there is no session;
 * none is repeated.
 */
final class Link implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Link.class);

    private enum State {
        /** Never opened. */
        NEW,
        /** A session is being made. */
        OPENING,
        UP,
        /** The next attempt waits. */
        WAITING,
        CLOSED
    }

    private final RedisClients clients;
    private final Supplier<CompletionStage<RedisSession>> opener;
    private final ShardLoop loop;
    private final Duration leastAge;
    private final RedisObserver observer;
    private final LogLimit logs;
    private final Runnable onUp;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Backoff backoff;

    @GuardedBy("lock")
    private State state = State.NEW;

    /** Written under the lock. */
    private volatile @Nullable RedisSession session;

    /** When the session was made, by the node's Ticker; written under the lock. */
    private volatile long upNanos;

    /** Why there is no session, for an operator; written under the lock. */
    private volatile String trouble = "not connected yet";

    /**
     * @param opener makes a session by the clients
     * @param loop runs the attempts to replace the session
     * @param onUp called when a session was replaced, on any thread; must not block
     */
    Link(
            RedisClients clients,
            Supplier<CompletionStage<RedisSession>> opener,
            Timing timing,
            ShardLoop loop,
            RandomGenerator random,
            RedisObserver observer,
            LogLimit logs,
            Runnable onUp) {
        this.clients = clients;
        this.opener = opener;
        this.loop = loop;
        this.leastAge = timing.call();
        this.observer = observer;
        this.logs = logs;
        this.onUp = onUp;
        this.backoff = timing.backoff(random);
    }

    /** Opens the first session. If that fails, there is none, and no other attempt is made. */
    CompletionStage<@Nullable Void> open() {
        synchronized (lock) {
            if (state != State.NEW) {
                throw new IllegalStateException("opened already");
            }
            state = State.OPENING;
        }
        return opened().thenApply(made -> null);
    }

    /**
     * Sends a command.
     *
     * @param timeout after it the session counts as broken
     */
    <T> CompletionStage<T> call(
            Duration timeout,
            Function<RedisClusterAsyncCommands<String, byte[]>, CompletionStage<T>> command) {
        RedisSession current = session;
        if (current == null) {
            return CompletableFuture.failedFuture(new RedisConnectionException(trouble));
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            command.apply(current.commands())
                    .whenComplete((value, failure) -> complete(answer, value, failure));
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
        answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
        return answer.whenComplete((value, failure) -> answered(current, failure));
    }

    private static <T> void complete(
            CompletableFuture<T> answer, T value, @Nullable Throwable failure) {
        if (failure == null) {
            answer.complete(value);
        } else {
            answer.completeExceptionally(cause(failure));
        }
    }

    private void answered(RedisSession used, @Nullable Throwable failure) {
        if (failure == null) {
            synchronized (lock) {
                if (backoff.failures() > 0 && session == used) {
                    backoff.succeeded();
                }
            }
        } else if (isBroken(used, cause(failure))) {
            replace(used, cause(failure));
        }
    }

    /** In a cluster the client restores its connections, and finds the primaries anew. */
    private boolean isBroken(RedisSession used, Throwable failure) {
        return failure instanceof TimeoutException
                || RedisFailure.isOfReplica(failure)
                || (!clients.isCluster()
                        && (failure instanceof CancellationException
                                || !used.connection().isOpen()));
    }

    /** Replaces the session in use, which does not bring what it should. */
    void replace(String why) {
        RedisSession current = session;
        if (current != null) {
            replace(current, new RedisConnectionException(why));
        }
    }

    /**
     * Replaces the session in use, which may lead to a Redis that is the primary no more; but not
     * one that was made just now.
     */
    void renew(String why) {
        RedisSession current = session;
        if (current != null && loop.nowNanos() - upNanos >= leastAge.toNanos()) {
            replace(current, new RedisConnectionException(why));
        }
    }

    private void replace(RedisSession broken, Throwable why) {
        Duration delay;
        synchronized (lock) {
            if (session != broken) {
                return;
            }
            session = null;
            trouble = RedisFailure.describe(why);
            state = State.WAITING;
            delay = backoff.failed();
        }
        again(delay);
        var unused = broken.connection().closeAsync();
    }

    private void openAgain() {
        synchronized (lock) {
            if (state != State.WAITING) {
                return;
            }
            state = State.OPENING;
        }
        var unused =
                opened().whenComplete(
                                (made, failure) -> {
                                    if (failure == null) {
                                        onUp.run();
                                    } else {
                                        retry(cause(failure));
                                    }
                                });
    }

    private void retry(Throwable why) {
        Duration delay;
        synchronized (lock) {
            if (state == State.CLOSED) {
                return;
            }
            state = State.WAITING;
            trouble = RedisFailure.describe(why);
            delay = backoff.failed();
        }
        again(delay);
    }

    private void again(Duration delay) {
        logs.tell("redis", observer::onReconnect);
        logs.failure(LOG.atWarn(), "redis_connection_lost")
                .addKeyValue("redis", clients.address().shown())
                .addKeyValue("why", trouble)
                .log("redis_connection_lost");
        loop.schedule(this::openAgain, delay);
    }

    /** The client limits how long connecting may take. */
    private CompletionStage<RedisSession> opened() {
        CompletionStage<RedisSession> opening;
        try {
            opening = opener.get();
        } catch (RuntimeException e) {
            opening = CompletableFuture.failedFuture(e);
        }
        return opening.thenApply(
                made -> {
                    if (!take(made)) {
                        var unused = made.connection().closeAsync();
                        throw new RedisConnectionException("the node is stopping");
                    }
                    return made;
                });
    }

    private boolean take(RedisSession made) {
        synchronized (lock) {
            if (state != State.OPENING) {
                return false;
            }
            state = State.UP;
            upNanos = loop.nowNanos();
            session = made;
        }
        if (!clients.isCluster()) {
            made.connection().addListener(new Watch(made));
            if (!made.connection().isOpen()) {
                replace(made, new RedisConnectionException("the connection was closed"));
            }
        }
        return true;
    }

    /** Whether there is a session. */
    boolean isUp() {
        return session != null;
    }

    /** Why there is no session. */
    String trouble() {
        return trouble;
    }

    /** Sends nothing any more. The session itself is closed with {@link RedisClients#close}. */
    @Override
    public void close() {
        synchronized (lock) {
            state = State.CLOSED;
            session = null;
            trouble = "the node is stopping";
        }
    }

    static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /** Notices at once when the other end closes the connection. */
    private final class Watch implements RedisConnectionStateListener {
        private final RedisSession watched;

        private Watch(RedisSession watched) {
            this.watched = watched;
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
            replace(watched, new RedisConnectionException("the connection was closed"));
        }
    }
}
