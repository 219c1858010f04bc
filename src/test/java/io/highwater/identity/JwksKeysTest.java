package io.highwater.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.ManualExecutor;
import io.highwater.testing.TestIssuer;
import io.highwater.time.TimerWheel;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an issuer is asked for its keys, and which keys count while it does not answer. */
final class JwksKeysTest {
    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final ManualExecutor executor = new ManualExecutor();
    private final TestIssuer issuer = new TestIssuer();
    private int fetches;
    private boolean down;

    /** What is published instead of the issuer's keys; null for them. */
    private String instead;

    private JwksKeys keys;

    @BeforeEach
    void make() {
        keys =
                new JwksKeys(
                        URI.create("https://id.example.com/keys"),
                        from -> {
                            fetches++;
                            if (down) {
                                throw new IOException("down");
                            }
                            return instead == null ? issuer.published() : instead;
                        },
                        wheel,
                        executor,
                        LogLimit.none());
    }

    @AfterEach
    void close() {
        issuer.close();
    }

    private void advance(Duration by) {
        ticker.advance(by, wheel);
        executor.runAll();
    }

    private void start() {
        keys.start();
        executor.runAll();
    }

    @Test
    void aThreadThatCannotBeHadIsAskedForAgain() {
        boolean[] shortOfMemory = {true};
        JwksKeys poor =
                new JwksKeys(
                        URI.create("https://id.example.com/keys"),
                        from -> issuer.published(),
                        wheel,
                        task -> {
                            if (shortOfMemory[0]) {
                                throw new OutOfMemoryError("thrown by a test");
                            }
                            task.run();
                        },
                        LogLimit.none());
        poor.start();
        assertThat(poor.now()).isNull();
        shortOfMemory[0] = false;
        advance(JwksKeys.RETRY.plusSeconds(1));
        assertThat(poor.now()).isNotNull();
    }

    @Test
    void keysAreFetchedAtTheStartAndOnceInAPeriod() {
        start();
        assertThat(keys.now()).isNotNull();
        advance(JwksKeys.PERIOD.minusSeconds(1));
        assertThat(fetches).isEqualTo(1);
        advance(Duration.ofSeconds(2));
        assertThat(fetches).isEqualTo(2);
    }

    @Test
    void sameKeysAreTheSameObject() {
        start();
        KeySet before = keys.now();
        advance(JwksKeys.PERIOD.plusSeconds(1));
        assertThat(keys.now()).isSameAs(before);
        issuer.rotate();
        advance(JwksKeys.PERIOD.plusSeconds(1));
        assertThat(keys.now()).isNotEqualTo(before);
    }

    @Test
    void lastGoodKeysStayWhileTheIssuerIsDown() {
        start();
        KeySet before = keys.now();
        down = true;
        advance(JwksKeys.PERIOD.plusSeconds(1));
        assertThat(fetches).isEqualTo(2);
        advance(JwksKeys.RETRY.plusSeconds(1));
        assertThat(fetches).isEqualTo(3);
        assertThat(keys.now()).isSameAs(before);
        down = false;
        issuer.revokeAll();
        advance(JwksKeys.RETRY.plusSeconds(1));
        assertThat(keys.now()).isNotEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>",
                "[]",
                "{}",
                "{\"keys\":[]}",
                "{\"keys\":7}",
                "{\"keys\":[7]}",
                "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"
            })
    void whatIsNoKeySetReplacesNothing(String text) {
        start();
        KeySet before = keys.now();
        instead = text;
        advance(JwksKeys.PERIOD.plusSeconds(1));
        assertThat(fetches).isEqualTo(2);
        assertThat(keys.now()).isSameAs(before);
    }

    @Test
    void unknownKeysCauseOneFetchInThirtySeconds() {
        start();
        assertThat(keys.askAgain()).isNotNull();
        executor.runAll();
        assertThat(fetches).isEqualTo(2);
        assertThat(keys.askAgain()).isNull();
        advance(JwksKeys.BETWEEN_UNKNOWN.minusMillis(100));
        assertThat(keys.askAgain()).isNull();
        advance(Duration.ofMillis(200));
        assertThat(keys.askAgain()).isNotNull();
        executor.runAll();
        assertThat(fetches).isEqualTo(3);
    }

    @Test
    void allWaitForTheFetchThatIsUnderWay() {
        keys.start();
        CompletionStage<Void> first = keys.askAgain();
        CompletionStage<Void> second = keys.askAgain();
        assertThat(first.toCompletableFuture()).isNotDone();
        executor.runAll();
        assertThat(first.toCompletableFuture()).isDone();
        assertThat(second.toCompletableFuture()).isDone();
        assertThat(fetches).isEqualTo(1);
    }

    @Test
    void failedFetchEndsTheWaiting() {
        down = true;
        keys.start();
        CompletionStage<Void> asked = keys.askAgain();
        executor.runAll();
        assertThat(asked.toCompletableFuture()).isCompleted();
        assertThat(keys.now()).isNull();
    }

    @Test
    void closedKeysAreNotFetched() {
        start();
        keys.close();
        assertThat(keys.askAgain()).isNull();
        advance(JwksKeys.PERIOD.plusSeconds(1));
        assertThat(fetches).isEqualTo(1);
    }
}
