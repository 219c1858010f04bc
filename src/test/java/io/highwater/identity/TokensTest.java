package io.highwater.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.highwater.identity.TokenVerdict.Known;
import io.highwater.identity.TokenVerdict.Refused;
import io.highwater.identity.TokenVerdict.Unknown;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.ManualExecutor;
import io.highwater.testing.TestIssuer;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class TokensTest {
    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final ManualExecutor executor = new ManualExecutor();
    private final TestIssuer issuer = new TestIssuer();
    private final AtomicInteger checks = new AtomicInteger();
    private long nowMillis = Instant.now().toEpochMilli();
    private boolean down;
    private JwksKeys keys;
    private TokenCache cache;
    private Tokens tokens;

    @BeforeEach
    void make() {
        keys =
                new JwksKeys(
                        issuer.keysUri(),
                        from -> {
                            if (down) {
                                throw new java.io.IOException("down");
                            }
                            return issuer.published();
                        },
                        wheel,
                        executor,
                        LogLimit.none());
        cache = new TokenCache(1 << 30);
        tokens =
                new Tokens(
                        settings(issuer.keysUri()),
                        keys,
                        cache,
                        () -> nowMillis,
                        task ->
                                executor.execute(
                                        () -> {
                                            checks.incrementAndGet();
                                            task.run();
                                        }));
    }

    @AfterEach
    void close() {
        issuer.close();
    }

    private static TokenSettings settings(URI uri) {
        return new TokenSettings(
                new KeySource.Jwks(uri),
                TestIssuer.ISSUER,
                TestIssuer.AUDIENCE,
                List.of("ES256"),
                false,
                null,
                null);
    }

    private CompletableFuture<TokenVerdict> ask(String token) {
        return tokens.verify(token).toCompletableFuture();
    }

    private TokenVerdict verdict(String token) {
        CompletableFuture<TokenVerdict> answer = ask(token);
        executor.runAll();
        return answer.join();
    }

    @Test
    void tokenIsCheckedOnce() {
        tokens.start();
        String token = issuer.token("u-17");
        assertThat(verdict(token)).isInstanceOf(Known.class);
        assertThat(ask(token)).isCompletedWithValueMatching(Known.class::isInstance);
        assertThat(checks).hasValue(1);
    }

    @Test
    void seenTokenExpires() {
        tokens.start();
        String token = issuer.token("u-17");
        verdict(token);
        nowMillis += Duration.ofMinutes(6).toMillis();
        assertThat(verdict(token)).isEqualTo(new Refused(TokenFault.EXPIRED));
        assertThat(cache.tokens()).isZero();
    }

    @Test
    void seenTokenEndsWithItsKey() {
        tokens.start();
        String token = issuer.token("u-17");
        verdict(token);
        issuer.revokeAll();
        ticker.advance(JwksKeys.PERIOD.plusSeconds(1), wheel);
        executor.runAll();
        assertThat(verdict(token)).isEqualTo(new Refused(TokenFault.KEY));
    }

    @Test
    void badTokensAreNotKept() {
        tokens.start();
        for (int i = 0; i < 100; i++) {
            assertThat(verdict("a.b." + i)).isInstanceOf(Refused.class);
        }
        assertThat(cache.tokens()).isZero();
    }

    @Test
    void cacheIsBounded() throws Exception {
        KeySet set = KeySet.parse(issuer.published());
        TokenCache small = new TokenCache(64 * 100_000);
        Identity identity = Identity.of("u").withExpiry(Instant.ofEpochMilli(nowMillis + 1000));
        for (int i = 0; i < 10_000; i++) {
            small.put("token-" + i, identity, set);
        }
        assertThat(small.tokens()).isBetween(50L, 250L);
    }

    @Test
    void tokenThatIsTooLongIsNotLookedAt() {
        assertThat(ask("x".repeat(Tokens.MOST_CHARS + 1)))
                .isCompletedWithValue(new Refused(TokenFault.TOO_LARGE));
    }

    @Test
    void tokenOfANewKeyWaitsForTheKey() {
        tokens.start();
        executor.runAll();
        issuer.rotate();
        String token = issuer.token("u-17");
        assertThat(verdict(token)).isInstanceOf(Known.class);
    }

    /** As when the periodic fetch and the first token of a new key come together. */
    @Test
    void fetchThatBeganBeforeTheKeyWasThereIsRepeated() {
        String before = issuer.published();
        issuer.rotate();
        String token = issuer.token("u-17");
        AtomicInteger fetches = new AtomicInteger();
        ManualExecutor fetching = new ManualExecutor();
        JwksKeys behind =
                new JwksKeys(
                        issuer.keysUri(),
                        from -> fetches.incrementAndGet() == 1 ? before : issuer.published(),
                        wheel,
                        fetching,
                        LogLimit.none());
        behind.start();
        Tokens waiting =
                new Tokens(
                        settings(issuer.keysUri()), behind, cache, () -> nowMillis, Runnable::run);
        CompletableFuture<TokenVerdict> answer = waiting.verify(token).toCompletableFuture();
        fetching.runAll();
        assertThat(answer.join()).isInstanceOf(Known.class);
        assertThat(fetches).hasValue(2);
    }

    @Test
    void tokensWithoutAnyKeysAreNotRefusedForGood() {
        down = true;
        tokens.start();
        executor.runAll();
        assertThat(verdict(issuer.token("u-17"))).isEqualTo(Unknown.NO_KEYS);
        down = false;
        ticker.advance(JwksKeys.RETRY.plusSeconds(1), wheel);
        executor.runAll();
        assertThat(verdict(issuer.token("u-17"))).isInstanceOf(Known.class);
    }

    @Test
    void tokensUnderWayAreBounded() {
        tokens.start();
        List<CompletableFuture<TokenVerdict>> asked = new ArrayList<>();
        for (int i = 0; i < Tokens.MOST_CHECKED_AT_ONCE; i++) {
            asked.add(ask("a.b." + i));
        }
        assertThat(asked).noneMatch(CompletableFuture::isDone);
        assertThat(ask(issuer.token("u"))).isCompletedWithValue(Unknown.BUSY);
        executor.runAll();
        assertThat(asked).allMatch(CompletableFuture::isDone);
        assertThat(verdict(issuer.token("u"))).isInstanceOf(Known.class);
    }

    @Test
    void tokensThatWaitForAKeyAreBoundedAndKeepNoneOut() {
        String good = issuer.token("u");
        ManualExecutor fetching = new ManualExecutor();
        JwksKeys slow =
                new JwksKeys(
                        issuer.keysUri(),
                        from -> issuer.published(),
                        wheel,
                        fetching,
                        LogLimit.none());
        slow.start();
        fetching.runAll();
        issuer.rotate();
        Tokens waiting =
                new Tokens(settings(issuer.keysUri()), slow, cache, () -> nowMillis, Runnable::run);
        List<CompletableFuture<TokenVerdict>> asked = new ArrayList<>();
        for (int i = 0; i < Tokens.MOST_WAITING; i++) {
            asked.add(waiting.verify(issuer.token("u-" + i)).toCompletableFuture());
        }
        assertThat(asked).noneMatch(CompletableFuture::isDone);
        assertThat(waiting.verify(issuer.token("x")).toCompletableFuture())
                .isCompletedWithValue(Unknown.BUSY);
        assertThat(waiting.verify(good).toCompletableFuture().join()).isInstanceOf(Known.class);
        fetching.runAll();
        assertThat(asked).allMatch(answer -> answer.join() instanceof Known);
    }

    @Test
    @Timeout(120)
    void keysRotateUnderLoadAndNoGoodTokenIsRefused() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            FakeTicker time = new FakeTicker();
            TimerWheel timers = new TimerWheel(time.nanoTime());
            Tokens loaded =
                    Tokens.of(
                            settings(issuer.keysUri()),
                            timers,
                            Ticker.system(),
                            () -> nowMillis,
                            threads,
                            LogLimit.none());
            loaded.start();
            AtomicInteger good = new AtomicInteger();
            for (int round = 0; round < 5; round++) {
                List<CompletableFuture<Void>> all = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    String token = issuer.token("u-" + round + "-" + i);
                    all.add(
                            loaded.verify(token)
                                    .thenAccept(
                                            verdict -> {
                                                if (verdict instanceof Known) {
                                                    good.incrementAndGet();
                                                }
                                            })
                                    .toCompletableFuture());
                    if (i == 50) {
                        issuer.rotate();
                    }
                }
                CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                        .get(60, TimeUnit.SECONDS);
                time.advance(JwksKeys.BETWEEN_UNKNOWN.plusSeconds(1), timers);
            }
            assertThat(good).hasValue(500);
            issuer.stop();
            assertThat(
                            loaded.verify(issuer.token("u"))
                                    .toCompletableFuture()
                                    .get(60, TimeUnit.SECONDS))
                    .isInstanceOf(Known.class);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void issuerThatAnswersTooMuchOrBadlyFails() {
        HttpFetch fetch = new HttpFetch(Ticker.system());
        issuer.publishInstead("x".repeat(HttpFetch.MOST_BYTES + 1));
        assertThat(catchThrowable(() -> fetch.get(issuer.keysUri())))
                .hasMessageContaining("more than");
        issuer.publishInstead(null);
        issuer.answerWith(302);
        assertThat(catchThrowable(() -> fetch.get(issuer.keysUri())))
                .hasMessageContaining("status 302");
    }

    @Test
    void expiryIsTheTokens() {
        tokens.start();
        Instant end = Instant.ofEpochSecond(nowMillis / 1000 + 77);
        String token = issuer.sign(TestIssuer.claims("u").expirationTime(Date.from(end)).build());
        assertThat(((Known) verdict(token)).identity().expiry()).isEqualTo(end);
    }
}
