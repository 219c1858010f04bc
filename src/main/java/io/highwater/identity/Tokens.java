package io.highwater.identity;

import io.highwater.identity.TokenVerdict.Known;
import io.highwater.identity.TokenVerdict.Refused;
import io.highwater.identity.TokenVerdict.Unknown;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Says whom a token names (JWT, RFC 7519). The handshake asks it; whoever gets a token later, from
 * a session that is open, asks it too. Thread-safe.
 *
 * <p>{@link #verify} never blocks: a token that was seen before is answered at once, any other is
 * checked by the executor, and one whose key is not known waits there until the issuer was asked.
 * The number of tokens that wait is bounded.
 */
public final class Tokens implements AutoCloseable {
    /** As in RFC 6750's header, so that a token fits into a request's head by default. */
    static final int MOST_CHARS = 8 << 10;

    /** Each keeps its handshake; together some MiB, and some 0.1 s of signature checks. */
    static final int MOST_CHECKED_AT_ONCE = 512;

    /** Fewer than can be checked, so that they can't keep others out while the issuer is slow. */
    static final int MOST_WAITING = 256;

    private final TokenSettings settings;
    private final Keys keys;
    private final TokenCheck check;
    private final TokenCache cache;
    private final WallClock clock;
    private final Executor executor;
    private final Semaphore places = new Semaphore(MOST_CHECKED_AT_ONCE);
    private final Semaphore waitingPlaces = new Semaphore(MOST_WAITING);

    Tokens(
            TokenSettings settings,
            Keys keys,
            TokenCache cache,
            WallClock clock,
            Executor executor) {
        this.settings = settings;
        this.keys = keys;
        this.check =
                new TokenCheck(
                        TokenAlgorithms.of(source(settings), settings.algorithms()),
                        settings.issuer(),
                        settings.audience());
        this.cache = cache;
        this.clock = clock;
        this.executor = executor;
    }

    /**
     * Reads the keys if they are in a file; {@link #start} begins to fetch others.
     *
     * @param settings with a source of keys
     * @param executor runs signature checks, and fetches that may block
     * @throws IllegalArgumentException if the file of the keys can't be used
     */
    public static Tokens of(
            TokenSettings settings,
            TimerWheel wheel,
            Ticker ticker,
            WallClock clock,
            Executor executor,
            LogLimit logs) {
        TokenCache cache = new TokenCache(Runtime.getRuntime().maxMemory());
        if (source(settings) instanceof KeySource.Jwks jwks) {
            JwksKeys keys = new JwksKeys(jwks.uri(), new HttpFetch(ticker), wheel, executor, logs);
            return new Tokens(settings, keys, cache, clock, executor);
        }
        KeySet keys =
                KeyFiles.read(
                        source(settings),
                        TokenAlgorithms.of(source(settings), settings.algorithms()));
        return new Tokens(settings, Keys.of(keys), cache, clock, executor);
    }

    /** Begins to fetch the keys, and does not wait for them. */
    public void start() {
        keys.start();
    }

    private static KeySource source(TokenSettings settings) {
        KeySource source = settings.source();
        if (source == null) {
            throw new IllegalArgumentException("there are no keys: tokens are off");
        }
        return source;
    }

    public TokenSettings settings() {
        return settings;
    }

    /** The stage never fails. It may end on a thread of the executor. */
    public CompletionStage<TokenVerdict> verify(String token) {
        if (token.length() > MOST_CHARS) {
            return new Refused(TokenFault.TOO_LARGE).asStage();
        }
        KeySet known = keys.now();
        Identity seen = known == null ? null : cache.get(token, known, clock.millis());
        if (seen != null) {
            return new Known(seen).asStage();
        }
        if (!places.tryAcquire()) {
            return Unknown.BUSY.asStage();
        }
        CompletableFuture<TokenVerdict> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> checkFirst(token, answer));
        } catch (RuntimeException | Error e) { // refused, or too little memory for a thread
            places.release();
            return Unknown.BUSY.asStage();
        }
        return answer;
    }

    private void checkFirst(String token, CompletableFuture<TokenVerdict> answer) {
        TokenVerdict verdict = null;
        try {
            verdict = check(token);
        } finally {
            places.release();
            if (verdict == null) {
                answer.complete(Unknown.BUSY); // an Error, such as too little memory
            }
        }
        CompletionStage<Void> asked = isKeyMissing(verdict) ? keys.askAgain() : null;
        if (asked == null) {
            // Another token may have brought its key since then.
            answer.complete(isKeyMissing(verdict) ? check(token) : verdict);
        } else if (!waitingPlaces.tryAcquire()) {
            answer.complete(Unknown.BUSY);
        } else {
            checkAfter(asked, token, answer, 1);
        }
    }

    /**
     * @param moreAsks how often the issuer may be asked again, if its answer does not help: the
     *     fetch that was under way may have begun before the issuer had the token's key
     */
    private void checkAfter(
            CompletionStage<Void> asked,
            String token,
            CompletableFuture<TokenVerdict> answer,
            int moreAsks) {
        asked.whenComplete(
                (done, never) -> {
                    TokenVerdict verdict = Unknown.BUSY;
                    CompletionStage<Void> again = null;
                    try {
                        verdict = check(token);
                        again = moreAsks > 0 && isKeyMissing(verdict) ? keys.askAgain() : null;
                        if (again == null && isKeyMissing(verdict)) {
                            verdict = check(token);
                        }
                    } finally {
                        if (again == null) {
                            waitingPlaces.release();
                            answer.complete(verdict);
                        }
                    }
                    if (again != null) {
                        checkAfter(again, token, answer, moreAsks - 1);
                    }
                });
    }

    private static boolean isKeyMissing(TokenVerdict verdict) {
        return verdict == Unknown.NO_KEYS
                || (verdict instanceof Refused refused && refused.fault() == TokenFault.KEY);
    }

    private TokenVerdict check(String token) {
        @Nullable KeySet present = keys.now();
        if (present == null) {
            return Unknown.NO_KEYS;
        }
        TokenVerdict verdict = check.check(token, present, clock.millis());
        if (verdict instanceof Known known) {
            cache.put(token, known.identity(), present);
        }
        return verdict;
    }

    /** Fetches no more keys. */
    @Override
    public void close() {
        keys.close();
    }
}
