package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.log.LogLimit;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Malformed requests, answered in the worst order there is: the thread that answers has gone on
 * reading before the one that found the fault does anything else.
 */
@Timeout(60)
final class SerialHttpTest {
    /** What Jetty would have another thread do is done at once, by the one that asks. */
    private static final class AtOnce extends QueuedThreadPool {
        private final ThreadLocal<Boolean> hurried = ThreadLocal.withInitial(() -> false);

        @Override
        public boolean tryExecute(Runnable task) {
            hurried.set(true);
            try {
                task.run();
            } finally {
                hurried.set(false);
            }
            return true;
        }

        @Override
        public void execute(Runnable task) {
            if (hurried.get()) {
                task.run();
            } else {
                super.execute(task);
            }
        }
    }

    /** How many read it at once, at most, and how often it was read. */
    private final class Counted extends SerialHttp {
        private final AtomicInteger now = new AtomicInteger();
        private final AtomicInteger most;
        private final AtomicInteger reads;

        Counted(
                HttpConfiguration http,
                Connector connector,
                EndPoint endPoint,
                AtomicInteger most,
                AtomicInteger reads) {
            super(http, connector, endPoint, LogLimit.none());
            this.most = most;
            this.reads = reads;
        }

        @Override
        void read() {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            reads.incrementAndGet();
            if (failure != null) {
                throw failure;
            }
            super.read();
            now.decrementAndGet();
        }
    }

    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();

    /** What reading throws, if anything. */
    private Error failure;

    private String answer(String request) throws Exception {
        Server server = new Server(new AtOnce());
        HttpConfiguration http = new HttpConfiguration();
        http.setRequestHeaderSize(1_000);
        ServerConnector connector =
                new ServerConnector(
                        server,
                        1,
                        1,
                        new HttpConnectionFactory(http) {
                            @Override
                            public Connection newConnection(Connector connector, EndPoint end) {
                                return configure(
                                        new Counted(http, connector, end, most, reads),
                                        connector,
                                        end);
                            }
                        });
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.start();
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } finally {
            server.stop();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
                "GET / HTTP/9.9\r\nHost: a\r\n\r\n"
            })
    void aMalformedRequestIsAnsweredWhileNobodyElseReads(String request) throws Exception {
        assertThat(answer(request)).matches("(?s)HTTP/1\\.1 (400|505) .*");

        assertThat(most).hasValue(1);
    }

    @Test
    void whatReadingThrowsEndsTheConnection() throws Exception {
        failure = new OutOfMemoryError("expected by the test");

        assertThat(answer("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).isEmpty();
    }

    /** A blank line before a request is nothing (RFC 9112, 2.2), and keeps nothing. */
    @Test
    void blankLinesLeaveNothingBehind() throws Exception {
        Server server = new Server();
        ServerConnector connector =
                new ServerConnector(
                        server,
                        1,
                        1,
                        new SerialHttp.Factory(new HttpConfiguration(), LogLimit.none()));
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.start();
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort())) {
            await().until(() -> connector.getConnectedEndPoints().size() == 1);
            EndPoint endPoint = connector.getConnectedEndPoints().iterator().next();
            SerialHttp http = (SerialHttp) endPoint.getConnection();
            for (int lines = 1; lines <= 20; lines++) {
                int bytes = 2 * lines;
                socket.getOutputStream().write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
                await().until(() -> http.getBytesIn() == bytes);
            }
            await().until(http::isFillInterested);
            assertThat(wraps(http.getHttpChannel().getComplianceViolationListener())).isEqualTo(1);
        } finally {
            server.stop();
        }
    }

    /** How often Jetty wrapped what hears of violations. */
    private static int wraps(Object listener) throws ReflectiveOperationException {
        int wraps = 0;
        Object next = listener;
        while (next.getClass().getSimpleName().equals("AllowedOnlyComplianceListener")) {
            Field delegate = next.getClass().getDeclaredField("delegate");
            delegate.setAccessible(true);
            next = delegate.get(next);
            wraps++;
        }
        return wraps;
    }

    @Test
    void soIsAHeadThatIsTooLong() throws Exception {
        String head = "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(1_100) + "\r\n\r\n";

        assertThat(answer(head)).startsWith("HTTP/1.1 431 ");

        assertThat(most).hasValue(1);
        assertThat(reads.get()).as("it goes on for whoever came meanwhile").isGreaterThan(1);
    }
}
