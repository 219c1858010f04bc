package io.highwater.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.highwater.Highwater;
import io.highwater.HighwaterBuilder;
import io.highwater.node.drain.SessionGroup;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestSocket;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** How a node ends, and one that is told to before it began. */
final class NodeEndTest {
    private static final Duration GUARD = Duration.ofSeconds(60);
    private static final int SESSIONS = 20;

    @ApplicationScoped
    public static class Guests {
        static final AtomicInteger OPEN = new AtomicInteger();
        static final AtomicInteger LATE = new AtomicInteger();
        static final Duration A_WHILE = Duration.ofMillis(300);
        private final CountDownLatch gone = new CountDownLatch(1);

        void came() {
            OPEN.incrementAndGet();
        }

        /** Gives the node time to end the bean too early. */
        void went() throws InterruptedException {
            if (gone.await(A_WHILE.toMillis(), TimeUnit.MILLISECONDS)) {
                LATE.incrementAndGet();
            }
            OPEN.decrementAndGet();
        }

        @PreDestroy
        void gone() {
            gone.countDown();
        }
    }

    @ServerEndpoint("/guests")
    public static class GuestBook {
        @Inject Guests guests;

        @OnOpen
        public void onOpen(Session session) {
            guests.came();
        }

        @OnClose
        public void onClose() throws InterruptedException {
            guests.went();
        }
    }

    private static HighwaterBuilder builder() {
        return Highwater.builder()
                .port(0)
                .adminPort(0)
                .drainWindow(Duration.ZERO)
                .ratePerIp(1_000_000, 1_000_000);
    }

    @Test
    void callbacksEndBeforeTheirBeansDo() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger ours = (Logger) LoggerFactory.getLogger("io.highwater");
        log.start();
        ours.addAppender(log);
        List<TestSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                try (Highwater node = builder().bean(GuestBook.class).start()) {
                    URI uri = URI.create("http://127.0.0.1:" + node.port());
                    for (int s = 0; s < SESSIONS; s++) {
                        sockets.add(SocketOverHttp1.open(uri, "/guests", null).reading());
                    }
                    await().atMost(GUARD).until(() -> Guests.OPEN.get() == SESSIONS);
                }
                assertThat(Guests.OPEN).hasValue(0);
            }
        } finally {
            ours.detachAppender(log);
            for (TestSocket socket : sockets) {
                socket.close();
            }
        }
        assertThat(Guests.LATE).hasValue(0);
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .doesNotContain("no thread for a session", "endpoint_failed", "callbacks_left");
    }

    @Test
    void aDrainThatComesTooEarlyIsDoneWhenTheNodeListens() throws Exception {
        try (NodeCore node = new NodeCore(NodeFixture.config(), new Parts())) {
            CountDownLatch deaf = new CountDownLatch(1);
            node.drain();
            assertThat(node.takesSessions()).isFalse();
            node.ready(deaf::countDown);
            assertThat(deaf.await(GUARD.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(node.isReady()).isFalse();
        }
    }

    /** Its drain has nobody to run it any more. */
    @Test
    void whoWaitsForTheDrainOfANodeThatIsClosedIsReleased() throws Exception {
        NodeCore node = new NodeCore(NodeFixture.config("1h"), new Parts());
        node.ready(() -> {});
        FutureTask<Void> drain =
                new FutureTask<>(
                        () -> {
                            node.drain(List.of(SessionGroup.waitingFor(() -> 1)));
                            return null;
                        });
        new Thread(drain).start();
        node.close();
        drain.get(GUARD.toSeconds(), TimeUnit.SECONDS);
    }
}
