package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.log.LogLimit;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LinkTest {
    private static final Timing TIMING = Timing.defaults();

    private final ManualLoop loop = new ManualLoop();
    private final RedisClients clients =
            new RedisClients(RedisAddress.parse("redis://127.0.0.1:1"), "a test", TIMING);
    private final List<CompletableFuture<RedisSession>> attempts = new ArrayList<>();
    private final AtomicInteger closed = new AtomicInteger();
    private final Link link =
            new Link(
                    clients,
                    this::open,
                    TIMING,
                    loop,
                    new SplittableRandom(1),
                    RedisObserver.NONE,
                    LogLimit.none(),
                    () -> {});

    private CompletionStage<RedisSession> open() {
        CompletableFuture<RedisSession> attempt = new CompletableFuture<>();
        attempts.add(attempt);
        return attempt;
    }

    @AfterEach
    void close() {
        link.close();
        clients.close();
    }

    @SuppressWarnings("unchecked") // A proxy has no type arguments.
    private RedisSession session() {
        StatefulConnection<String, byte[]> connection =
                (StatefulConnection<String, byte[]>)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {StatefulConnection.class},
                                (proxy, method, args) -> answer(method.getName()));
        return new RedisSession(
                connection,
                (RedisClusterAsyncCommands<String, byte[]>)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {RedisClusterAsyncCommands.class},
                                (proxy, method, args) -> null));
    }

    private @Nullable Object answer(String method) {
        if (method.equals("closeAsync")) {
            closed.incrementAndGet();
            return CompletableFuture.completedFuture(null);
        }
        return method.equals("isOpen") ? true : null;
    }

    /** Redis hangs, or drops what comes, after it has accepted the connection. */
    @Test
    void aStartThatIsNotAnsweredFails() {
        CompletionStage<@Nullable Void> opened = link.open();
        loop.advance(TIMING.open());
        assertThat(opened.toCompletableFuture())
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("no session within 15 s");
        attempts.get(0).complete(session());
        assertThat(closed).as("it came too late").hasValue(1);
        assertThat(link.isUp()).isFalse();
    }

    @Test
    void anAttemptThatIsNotAnsweredIsFollowedByAnother() {
        link.open();
        attempts.get(0).complete(session());
        assertThat(link.isUp()).isTrue();
        link.replace("a test");
        loop.advance(TIMING.mostRetry());
        assertThat(attempts).hasSize(2);
        loop.advance(TIMING.open().plus(TIMING.mostRetry()));
        assertThat(attempts).hasSize(3);
        attempts.get(2).complete(session());
        assertThat(link.isUp()).isTrue();
    }
}
