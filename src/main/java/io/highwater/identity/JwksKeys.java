package io.highwater.identity;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.log.LogLimit;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that an issuer publishes. They are fetched at the start, every {@link #PERIOD}, every
 * {@link #RETRY} while that fails, and when a token names a key that is not among them: for that
 * reason at most every {@link #BETWEEN_UNKNOWN}, because such tokens cost a client nothing. The
 * last good set stays while the issuer can't be reached. One fetch is under way at a time.
 * Thread-safe.
 */
final class JwksKeys extends Timer implements Keys {
    private static final Logger LOG = LoggerFactory.getLogger(JwksKeys.class);

    static final Duration PERIOD = Duration.ofMinutes(5);
    static final Duration RETRY = Duration.ofSeconds(10);
    static final Duration BETWEEN_UNKNOWN = Duration.ofSeconds(30);

    /** Fetches the text of a key set. May block, for a bounded time; fails with a reason. */
    @FunctionalInterface
    interface Fetch {
        String get(URI from) throws Exception;
    }

    private final URI uri;
    private final Fetch fetch;
    private final TimerWheel wheel;
    private final Executor executor;
    private final LogLimit logs;

    private volatile @Nullable KeySet keys;

    /** Null unless a fetch is under way. */
    @GuardedBy("this")
    private @Nullable CompletableFuture<Void> underWay;

    /** When a token last caused a fetch; null if none has. */
    @GuardedBy("this")
    private @Nullable Long unknownNanos;

    @GuardedBy("this")
    private boolean closed;

    /**
     * @param executor runs what may block
     */
    JwksKeys(URI uri, Fetch fetch, TimerWheel wheel, Executor executor, LogLimit logs) {
        this.uri = uri;
        this.fetch = fetch;
        this.wheel = wheel;
        this.executor = executor;
        this.logs = logs;
    }

    @Override
    public void start() {
        fetch();
    }

    @Override
    public @Nullable KeySet now() {
        return keys;
    }

    @Override
    public @Nullable CompletionStage<Void> askAgain() {
        synchronized (this) {
            if (underWay != null) {
                return underWay;
            }
            long nowNanos = wheel.nowNanos();
            if (closed
                    || (unknownNanos != null
                            && nowNanos - unknownNanos < BETWEEN_UNKNOWN.toNanos())) {
                return null;
            }
            unknownNanos = nowNanos;
        }
        return fetch();
    }

    @Override
    protected void onDeadline(long nowNanos) {
        fetch();
    }

    private CompletableFuture<Void> fetch() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (this) {
            if (closed) {
                done.complete(null);
                return done;
            }
            if (underWay != null) {
                return underWay;
            }
            underWay = done;
        }
        wheel.cancel(this);
        try {
            executor.execute(() -> fetchNow(done));
        } catch (RejectedExecutionException e) {
            end(done, RETRY);
        } catch (RuntimeException | Error e) { // such as too little memory for a thread
            say(e);
            end(done, RETRY);
        }
        return done;
    }

    private void fetchNow(CompletableFuture<Void> done) {
        Duration next = RETRY;
        try {
            accept(KeySet.parse(fetch.get(uri)));
            next = PERIOD;
        } catch (Exception | Error e) {
            say(e);
        } finally {
            end(done, next);
        }
    }

    private void accept(KeySet fetched) {
        if (!fetched.equals(keys)) {
            keys = fetched;
            LOG.atInfo()
                    .addKeyValue("uri", uri.toString())
                    .addKeyValue("keys", fetched.toString())
                    .log("auth_keys");
        }
    }

    private void say(Throwable failure) {
        logs.failure(LOG.atWarn(), "auth_keys_failed")
                .addKeyValue("uri", uri.toString())
                .addKeyValue("reason", String.valueOf(failure))
                .addKeyValue("keys", keys == null ? "none" : "the last ones stay")
                .log("auth_keys_failed");
    }

    private void end(CompletableFuture<Void> done, Duration next) {
        synchronized (this) {
            underWay = null;
            if (!closed) {
                wheel.schedule(this, wheel.nowNanos() + next.toNanos());
            }
        }
        done.complete(null);
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        wheel.cancel(this);
    }
}
